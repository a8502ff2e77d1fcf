package dev.heddle.console.api;

import dev.heddle.control.stage.StagePlan;
import dev.heddle.control.view.How;
import java.util.Optional;

/// In which stages somebody wants a change.
///
/// @param stages as in `1%,25%,100%`
/// @param hold how long each is watched; empty for 30 s
/// @param patience how long proxies may take to acknowledge; empty for 30 s
/// @param withGateways whether gateways take part in every stage
/// @param errorJump by how much more of the answers may be 5xx than before; empty for 5%
public record StageWish(
        String stages, String hold, String patience, boolean withGateways, String errorJump) {
    private static final String USUAL = "30s";
    private static final String USUAL_JUMP = "5%";

    /// @throws IllegalArgumentException with what is wrong
    StagePlan plan() {
        return StagePlan.parse(
                stages,
                or(hold, USUAL),
                or(patience, USUAL),
                withGateways,
                or(errorJump, USUAL_JUMP));
    }

    private static String or(String said, String usual) {
        return said.isEmpty() ? usual : said;
    }

    /// How a change is wanted.
    ///
    /// @throws IllegalArgumentException with what is wrong
    static How how(boolean dryRun, Optional<StageWish> inStages) {
        Optional<StagePlan> plan = inStages.map(StageWish::plan);
        return dryRun || plan.isEmpty() ? How.of(dryRun) : new How.InStages(plan.get());
    }
}
