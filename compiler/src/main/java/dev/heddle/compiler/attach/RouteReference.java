package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.BackendReference;
import dev.heddle.model.gatewayapi.ExtensionReference;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.HttpRouteFilter.AuthProtocol;
import dev.heddle.model.gatewayapi.HttpRouteFilter.ExternalAuth;
import dev.heddle.model.gatewayapi.L7Rule;
import dev.heddle.model.gatewayapi.RouteBackend;
import dev.heddle.model.gatewayapi.RouteFilter;
import dev.heddle.model.gatewayapi.RouteRule;
import java.util.ArrayList;
import java.util.List;

/// Somebody or something that a rule of a route names.
sealed interface RouteReference {
    /// Where it stands.
    FieldPath path();

    /// Somebody who answers, or who gets copies.
    record Service(FieldPath path, BackendReference to) implements RouteReference {}

    /// Somebody who is asked whether requests may pass.
    record Authorizer(FieldPath path, BackendReference to, AuthProtocol by)
            implements RouteReference {}

    /// A filter that another resource describes.
    record Extension(FieldPath path, ExtensionReference to) implements RouteReference {}

    /// Finds them.
    final class Collector {
        private final List<RouteReference> found = new ArrayList<>();

        List<RouteReference> toList() {
            return List.copyOf(found);
        }

        void rule(FieldPath path, RouteRule rule) {
            if (rule instanceof L7Rule<?, ?> l7) {
                filters(path, l7.filters());
            }
            for (int i = 0; i < rule.backendRefs().size(); i++) {
                FieldPath at = path.field("backendRefs").index(i);
                RouteBackend ref = rule.backendRefs().get(i);
                found.add(new Service(at, ref.reference()));
                if (ref instanceof L7Rule.Backend<?> l7) {
                    filters(at, l7.filters());
                }
            }
        }

        private void filters(FieldPath parent, List<? extends RouteFilter> filters) {
            for (int i = 0; i < filters.size(); i++) {
                RouteFilter filter = filters.get(i);
                FieldPath at = parent.field("filters").index(i);
                filter.requestMirror()
                        .flatMap(m -> m.backendRef())
                        .ifPresent(to -> add(at.field("requestMirror"), to));
                if (filter instanceof HttpRouteFilter http) {
                    http.externalAuth().ifPresent(a -> add(at.field("externalAuth"), a));
                }
                filter.extensionRef()
                        .ifPresent(to -> found.add(new Extension(at.field("extensionRef"), to)));
            }
        }

        private void add(FieldPath filter, BackendReference to) {
            found.add(new Service(filter.field("backendRef"), to));
        }

        private void add(FieldPath filter, ExternalAuth auth) {
            auth.backendRef()
                    .map(to -> new Authorizer(filter.field("backendRef"), to, auth.protocol()))
                    .ifPresent(found::add);
        }
    }
}
