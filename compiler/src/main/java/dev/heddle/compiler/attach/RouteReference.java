package dev.heddle.compiler.attach;

import dev.heddle.model.FieldPath;
import dev.heddle.model.gatewayapi.BackendReference;
import dev.heddle.model.gatewayapi.ExtensionReference;
import dev.heddle.model.gatewayapi.GrpcRoute;
import dev.heddle.model.gatewayapi.GrpcRoute.GrpcRouteFilter;
import dev.heddle.model.gatewayapi.HttpRoute;
import dev.heddle.model.gatewayapi.HttpRouteFilter;
import dev.heddle.model.gatewayapi.L4Rule;
import java.util.ArrayList;
import java.util.List;

/// Somebody or something that a rule of a route names.
sealed interface RouteReference {
    /// Where it stands.
    FieldPath path();

    /// Somebody who answers, or who is asked.
    record Service(FieldPath path, BackendReference to) implements RouteReference {}

    /// A filter that another resource describes.
    record Extension(FieldPath path, ExtensionReference to) implements RouteReference {}

    /// Finds them.
    final class Collector {
        private final List<RouteReference> found = new ArrayList<>();

        List<RouteReference> toList() {
            return List.copyOf(found);
        }

        void http(FieldPath rule, HttpRoute.Rule spec) {
            httpFilters(rule, spec.filters());
            for (int i = 0; i < spec.backendRefs().size(); i++) {
                FieldPath at = rule.field("backendRefs").index(i);
                found.add(new Service(at, spec.backendRefs().get(i).reference()));
                httpFilters(at, spec.backendRefs().get(i).filters());
            }
        }

        private void httpFilters(FieldPath parent, List<HttpRouteFilter> filters) {
            for (int i = 0; i < filters.size(); i++) {
                HttpRouteFilter filter = filters.get(i);
                FieldPath at = parent.field("filters").index(i);
                filter.requestMirror()
                        .flatMap(m -> m.backendRef())
                        .ifPresent(to -> add(at.field("requestMirror"), to));
                filter.externalAuth()
                        .flatMap(a -> a.backendRef())
                        .ifPresent(to -> add(at.field("externalAuth"), to));
                filter.extensionRef()
                        .ifPresent(to -> found.add(new Extension(at.field("extensionRef"), to)));
            }
        }

        void grpc(FieldPath rule, GrpcRoute.Rule spec) {
            grpcFilters(rule, spec.filters());
            for (int i = 0; i < spec.backendRefs().size(); i++) {
                FieldPath at = rule.field("backendRefs").index(i);
                found.add(new Service(at, spec.backendRefs().get(i).reference()));
                grpcFilters(at, spec.backendRefs().get(i).filters());
            }
        }

        private void grpcFilters(FieldPath parent, List<GrpcRouteFilter> filters) {
            for (int i = 0; i < filters.size(); i++) {
                GrpcRouteFilter filter = filters.get(i);
                FieldPath at = parent.field("filters").index(i);
                filter.requestMirror()
                        .flatMap(m -> m.backendRef())
                        .ifPresent(to -> add(at.field("requestMirror"), to));
                filter.extensionRef()
                        .ifPresent(to -> found.add(new Extension(at.field("extensionRef"), to)));
            }
        }

        void l4(FieldPath rule, L4Rule spec) {
            for (int i = 0; i < spec.backendRefs().size(); i++) {
                found.add(
                        new Service(
                                rule.field("backendRefs").index(i),
                                spec.backendRefs().get(i).reference()));
            }
        }

        private void add(FieldPath filter, BackendReference to) {
            found.add(new Service(filter.field("backendRef"), to));
        }
    }
}
