package dev.heddle.model.check;

import dev.heddle.model.DiagnosticCode;
import dev.heddle.model.FieldPath;
import dev.heddle.model.istio.Destination;
import dev.heddle.model.istio.VirtualService.HeaderOperations;
import dev.heddle.model.istio.VirtualService.Headers;
import java.util.List;
import java.util.OptionalInt;

/// Destinations, weights and header operations of routes.
final class RouteChecks {
    private static final int EXPECTED_SUM = 100;

    /// What Envoy's sum of weights has room for.
    private static final long MOST_SUM = 0xffff_ffffL;

    private RouteChecks() {}

    static void checkDestination(Destination destination, FieldPath path, Findings findings) {
        String host = destination.host();
        if (host.equals("*") || !Names.isWildcardHost(host)) {
            findings.invalid(path.field("host"), host, "the name of a service");
        }
        if (!destination.subset().isEmpty() && !Names.isDnsLabel(destination.subset())) {
            findings.invalid(path.field("subset"), destination.subset(), "the name of a subset");
        }
        destination
                .port()
                .ifPresent(port ->
                        Values.checkPort(
                                port.number(), path.field("port").field("number"), findings));
    }

    /// Weights count in proportion to their sum, as Istio has it; who writes others than percents
    /// has probably forgotten one.
    static void checkWeights(List<OptionalInt> weights, FieldPath route, Findings findings) {
        long sum = 0;
        for (int i = 0; i < weights.size(); i++) {
            int weight = weights.get(i).orElse(0);
            if (weight < 0) {
                FieldPath path = route.index(i).field("weight");
                findings.error(DiagnosticCode.WEIGHTS, path, weight + " (expected: >= 0)", "");
                return;
            }
            sum += weight;
        }
        if (weights.size() < 2) {
            return;
        }
        if (sum == 0) {
            findings.error(
                    DiagnosticCode.WEIGHTS,
                    route,
                    "the weights of " + weights.size() + " destinations add up to 0",
                    "Give each its share of 100.");
        } else if (sum > MOST_SUM) {
            findings.error(
                    DiagnosticCode.WEIGHTS,
                    route,
                    "weights add up to " + sum + " (expected: " + MOST_SUM + " at most)",
                    "");
        } else if (sum != EXPECTED_SUM) {
            findings.warn(
                    DiagnosticCode.WEIGHTS,
                    route,
                    "weights add up to " + sum + " (expected: " + EXPECTED_SUM + ")",
                    "They are used in proportion; is one missing?");
        }
    }

    static void checkHeaders(Headers headers, FieldPath path, Findings findings) {
        FieldPath request = path.field("headers").field("request");
        FieldPath response = path.field("headers").field("response");
        checkOperations(headers.request(), true, request, findings);
        checkOperations(headers.response(), false, response, findings);
    }

    private static void checkOperations(
            HeaderOperations operations, boolean authority, FieldPath path, Findings findings) {
        operations
                .set()
                .forEach((n, v) -> checkChange(n, v, authority, path.field("set"), findings));
        operations
                .add()
                .forEach((n, v) -> checkChange(n, v, authority, path.field("add"), findings));
        for (int i = 0; i < operations.remove().size(); i++) {
            String name = operations.remove().get(i);
            checkName(name, false, path.field("remove").index(i), findings);
        }
    }

    private static void checkChange(
            String name, String value, boolean authority, FieldPath path, Findings findings) {
        checkName(name, authority, path.field(name), findings);
        Values.checkHeaderValue(value, path.field(name), findings);
    }

    private static void checkName(
            String name, boolean authority, FieldPath path, Findings findings) {
        boolean internal = name.startsWith(":") || name.equalsIgnoreCase("host");
        if (name.isEmpty() || (internal && !(authority && Values.isAuthority(name)))) {
            findings.invalid(path, name, "the name of a header that may be changed");
        }
    }
}
