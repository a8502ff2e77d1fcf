package dev.heddle.compiler.analyze;

import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.VirtualService;
import java.util.ArrayList;
import java.util.List;

/// Where a VirtualService sends requests and connections, and copies of them.
final class Destinations {
    private static final FieldPath SPEC = FieldPath.of("spec");

    private Destinations() {}

    /// @param path of the destination in its resource
    record Named(Destination destination, FieldPath path) {}

    static List<Named> of(VirtualService spec) {
        var named = new ArrayList<Named>();
        for (int i = 0; i < spec.tcp().size(); i++) {
            var route = spec.tcp().get(i).route();
            for (int j = 0; j < route.size(); j++) {
                named.add(new Named(route.get(j).destination(), path("tcp", i, "route", j)));
            }
        }
        for (int i = 0; i < spec.tls().size(); i++) {
            var route = spec.tls().get(i).route();
            for (int j = 0; j < route.size(); j++) {
                named.add(new Named(route.get(j).destination(), path("tls", i, "route", j)));
            }
        }
        for (int i = 0; i < spec.http().size(); i++) {
            var rule = spec.http().get(i);
            for (int j = 0; j < rule.route().size(); j++) {
                named.add(
                        new Named(rule.route().get(j).destination(), path("http", i, "route", j)));
            }
            FieldPath mirror = SPEC.field("http").index(i).field("mirror");
            rule.mirror().ifPresent(to -> named.add(new Named(to, mirror)));
            for (int j = 0; j < rule.mirrors().size(); j++) {
                named.add(
                        new Named(
                                rule.mirrors().get(j).destination(),
                                path("http", i, "mirrors", j)));
            }
        }
        return named;
    }

    private static FieldPath path(String rules, int rule, String field, int index) {
        return SPEC.field(rules).index(rule).field(field).index(index).field("destination");
    }
}
