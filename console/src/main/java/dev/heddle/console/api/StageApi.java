package dev.heddle.console.api;

import dev.heddle.control.access.Caller;
import dev.heddle.control.access.Grant;
import dev.heddle.control.access.Role;
import dev.heddle.control.stage.StageView;
import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.ProxyView;
import dev.heddle.model.tree.Node;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/// The change that is on its way in stages. Whoever began it may end it, and whoever is operator
/// everywhere.
final class StageApi {
    private final ConfigStore store;

    StageApi(ConfigStore store) {
        this.store = store;
    }

    ApiResponse view(Call call) {
        try {
            return store.stages()
                    .view()
                    .map(view -> ApiResponse.json(200, node(view, call.caller())))
                    .orElseGet(StageApi::none);
        } catch (IOException e) {
            return Outcomes.unavailable(e);
        }
    }

    ApiResponse abort(Call call) {
        return end(call, false);
    }

    ApiResponse promote(Call call) {
        return end(call, true);
    }

    private ApiResponse end(Call call, boolean promotes) {
        Caller caller = call.caller();
        try {
            Optional<StageView> now = store.stages().view().filter(StageView::isUnderWay);
            if (now.isEmpty()) {
                return none();
            }
            if (!now.get().who().equals(caller.name())
                    && !caller.may(Role.OPERATOR, Grant.EVERYWHERE)) {
                return Rule.objection(caller, Role.OPERATOR, Grant.EVERYWHERE).orElseThrow();
            }
            return store.stages()
                    .end(caller, promotes)
                    .map(view -> ApiResponse.json(200, node(view, caller)))
                    .orElseGet(StageApi::none);
        } catch (IOException e) {
            return Outcomes.unavailable(e);
        }
    }

    private static ApiResponse none() {
        return ApiResponse.error(
                404,
                "no change is on its way in stages",
                "path",
                "Begin one: './heddle apply -f FILE --stages 1%,25%,100%'");
    }

    private static Node.Mapping node(StageView view, Caller caller) {
        boolean isHis = caller.name().equals(view.who()) || caller.sees(Grant.EVERYWHERE);
        return Node.Mapping.EMPTY
                .with("version", view.version())
                .with("state", view.state())
                .with("underWay", view.isUnderWay())
                .with("stages", view.stages())
                .with("stage", view.stage())
                .with("share", view.share())
                .with("holdSeconds", view.hold().toSeconds())
                .with("since", view.since().toString())
                .with("who", isHis ? view.who() : "")
                .with("message", isHis ? view.message() : "")
                .with("reason", isHis ? view.reason() : "")
                .with("proxies", ApiResponse.texts(seen(view.proxies(), caller)))
                .with("missing", ApiResponse.texts(seen(view.missing(), caller)));
    }

    private static List<String> seen(List<String> ids, Caller caller) {
        return ids.stream().filter(id -> caller.sees(ProxyView.namespace(id))).toList();
    }
}
