import published from "../../results/published/rolling-back.json" with { type: "json" };

/** What each way of transfer saves against unicast at a rollback, by setting and similarity, as published. */
export default published.compared;
