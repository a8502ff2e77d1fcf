package dev.heddle.compiler.xds;

import dev.heddle.compiler.ir.HeaderEdit;
import dev.heddle.compiler.ir.HeaderEdit.Write;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption.HeaderAppendAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster.ClusterWeight;
import java.util.List;

/// Emits header edits, which routes and weighted clusters have alike.
final class HeaderEmitter {
    private HeaderEmitter() {}

    static void emit(HeaderEdit edit, Route.Builder out) {
        out.addAllRequestHeadersToAdd(writes(edit.request().writes()));
        out.addAllRequestHeadersToRemove(edit.request().removals());
        out.addAllResponseHeadersToAdd(writes(edit.response().writes()));
        out.addAllResponseHeadersToRemove(edit.response().removals());
    }

    static void emit(HeaderEdit edit, ClusterWeight.Builder out) {
        out.addAllRequestHeadersToAdd(writes(edit.request().writes()));
        out.addAllRequestHeadersToRemove(edit.request().removals());
        out.addAllResponseHeadersToAdd(writes(edit.response().writes()));
        out.addAllResponseHeadersToRemove(edit.response().removals());
    }

    private static List<HeaderValueOption> writes(List<Write> writes) {
        return writes.stream().map(HeaderEmitter::write).toList();
    }

    private static HeaderValueOption write(Write write) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(write.name()).setValue(write.value()))
                .setAppendAction(
                        write.replace()
                                ? HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD
                                : HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD)
                .build();
    }
}
