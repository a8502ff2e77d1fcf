package dev.heddle.signals.why;

import dev.heddle.signals.record.RequestLog;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Why a request ended as it did, in the proxy's own words where it has any; otherwise by Envoy's
/// response code details and flags.
final class Reasons {
    private static final String VIA_UPSTREAM = "via_upstream";
    private static final Pattern POLICY =
            Pattern.compile(
                    "rbac_access_denied_matched_policy\\[(?:ns\\[(.*?)]-policy\\[(.*?)]-rule"
                            + "\\[(.*?)]|(.*))]");

    /// Where a proxy failed before an application answered.
    private static final Set<String> OWN =
            Set.of(
                    "UH", "UF", "UO", "NR", "NC", "UT", "LR", "UR", "UC", "FI", "RL", "UAEX", "DC",
                    "SI", "IH", "DPE", "OM", "DF", "DT", "UMSDR", "UPE", "LH", "NFCF");

    private Reasons() {}

    /// Whether the answer is the proxy's own, not one that it passed on.
    static boolean isOwnAnswer(RequestLog log) {
        String details = log.outcome().details();
        if (log.request().protocol().equals("tcp")) {
            return log.outcome().flags().stream().anyMatch(OWN::contains);
        }
        return details.isEmpty()
                ? log.outcome().flags().stream().anyMatch(OWN::contains)
                : !details.equals(VIA_UPSTREAM);
    }

    static String of(RequestLog log) {
        if (!log.outcome().reason().isEmpty()) {
            return log.outcome().reason();
        }
        String attempts =
                log.outcome().attempts() > 1
                        ? ", after " + log.outcome().attempts() + " attempts"
                        : "";
        return derived(log) + attempts;
    }

    private static String derived(RequestLog log) {
        String details = log.outcome().details();
        if (details.equals(VIA_UPSTREAM)) {
            return "the proxy passed on what it was answered";
        }
        Matcher policy = POLICY.matcher(details);
        if (policy.lookingAt()) {
            return policy(policy);
        }
        for (String flag : log.outcome().flags()) {
            String text = ofFlag(flag, log);
            if (!text.isEmpty()) {
                return text + because(details);
            }
        }
        return ofDetails(details, log);
    }

    private static String policy(Matcher matcher) {
        if (matcher.group(2) != null) {
            return "authorization policy %s/%s refuses it by its rule %s"
                    .formatted(matcher.group(1), matcher.group(2), matcher.group(3));
        }
        return matcher.group(4).equals("none")
                ? "no authorization policy allows it"
                : "authorization policy '" + matcher.group(4) + "' refuses it";
    }

    private static String ofFlag(String flag, RequestLog log) {
        String cluster = named("cluster '", log.way().cluster(), "'", "the cluster");
        String host = named("", log.way().upstreamHost(), "", "the host");
        return switch (flag) {
            case "UH" -> "no host of " + cluster + " is healthy";
            case "UF" -> "no connection to " + host + " could be made";
            case "UO" -> "a circuit breaker of " + cluster + " is open";
            case "NR" -> "no route matches";
            case "NC" -> "the route leads to " + cluster + ", which is not there";
            case "UT" -> host + " did not answer in time";
            case "DT" -> "it took longer than it may";
            case "UC" -> host + " closed the connection before it had answered";
            case "UR" -> host + " reset the request";
            case "LR" -> "the proxy reset the request";
            case "DC", "DR" -> "the caller went away before the answer";
            case "FI" -> "a fault is injected on purpose";
            case "RL" -> "a rate limit is reached";
            case "RLSE" -> "the rate limit service failed";
            case "UAEX" -> "the external authorizer refuses it";
            case "SI" -> "nothing happened on the stream for too long";
            case "IH", "DPE" -> "the request breaks the protocol";
            case "UPE" -> "the answer of " + host + " breaks the protocol";
            case "OM" -> "the proxy has too much to do";
            case "DF" -> "the name of the host could not be resolved";
            default -> "";
        };
    }

    private static String because(String details) {
        return details.isEmpty() ? "" : " (" + details + ")";
    }

    private static String ofDetails(String details, RequestLog log) {
        if (details.startsWith("jwt_authn_access_denied")) {
            return "its token is not accepted" + because(details);
        }
        return switch (details) {
            case "" ->
                    isOwnAnswer(log)
                            ? "the proxy does not say why"
                            : "the proxy passed on what it was answered";
            case "direct_response" -> "the route has an answer of its own";
            case "ext_authz_denied" -> "the external authorizer refuses it";
            case "route_not_found" -> "no route matches";
            case "request_rate_limited", "local_rate_limited" -> "a rate limit is reached";
            default -> "the proxy says '" + details + "'";
        };
    }

    private static String named(String before, String name, String after, String otherwise) {
        return name.isEmpty() ? otherwise : before + name + after;
    }
}
