package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.policy.RateLimitPolicy;
import dev.heddle.model.policy.RateLimitPolicy.ClientSelector;
import dev.heddle.model.policy.RateLimitPolicy.HeaderMatch;
import dev.heddle.model.policy.RateLimitPolicy.HeaderMatchType;
import dev.heddle.model.policy.RateLimitPolicy.PathMatch;
import dev.heddle.model.policy.RateLimitPolicy.PathMatchType;
import dev.heddle.model.policy.RateLimitPolicy.RateLimitValue;
import dev.heddle.model.policy.RateLimitPolicy.Rule;
import dev.heddle.model.policy.TargetRef;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/// Looks at RateLimitPolicies.
final class RateLimitPolicyCheck implements Check<RateLimitPolicy> {
    private static final FieldPath SPEC = FieldPath.of("spec");
    private static final FieldPath RULES = SPEC.field("local").field("rules");
    private static final long MOST = 0xffff_ffffL;
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?");
    private static final Pattern METHOD = Pattern.compile("[-!#$%&'*+.^_`|~0-9A-Za-z]+");

    @Override
    public void check(Resource<RateLimitPolicy> resource, Findings findings) {
        List<TargetRef> targets = resource.spec().targetRefs();
        if (targets.isEmpty()) {
            findings.missing(
                    SPEC.field("targetRefs"),
                    "'targetRefs' is missing (expected: [{kind: Service, name: reviews}])");
        }
        for (int i = 0; i < targets.size(); i++) {
            checkTarget(targets.get(i), SPEC.field("targetRefs").index(i), findings);
        }
        resource.spec().local().ifPresent(it -> checkRules(it.rules(), findings));
    }

    private static void checkTarget(TargetRef target, FieldPath path, Findings findings) {
        if (!Targets.isService(target) && !Targets.isOfGateways(target)) {
            findings.invalid(
                    path.field("kind"),
                    Targets.type(target),
                    Targets.SERVICES + "; or " + Targets.OF_GATEWAYS);
        }
    }

    private static void checkRules(List<Rule> rules, Findings findings) {
        if (rules.isEmpty()) {
            findings.missing(
                    RULES, "'rules' is empty (expected: [{limit: {requests: 10, unit: Second}}])");
        }
        Set<String> names = new HashSet<>();
        for (int i = 0; i < rules.size(); i++) {
            Rule rule = rules.get(i);
            FieldPath path = RULES.index(i);
            if (!rule.name().isEmpty() && !NAME.matcher(rule.name()).matches()) {
                findings.invalid(path.field("name"), rule.name(), "letters, digits, '-', '_', '.'");
            }
            if (!rule.name().isEmpty() && !names.add(rule.name())) {
                findings.error(
                        path.field("name"), "'" + rule.name() + "' is another rule's name already");
            }
            rule.limit().ifPresent(it -> checkLimit(it, path.field("limit"), findings));
            if (rule.clientSelectors().stream().filter(it -> it.path().isPresent()).count() > 1) {
                findings.error(
                        path.field("clientSelectors"),
                        "several of them have a path (expected: one, as all must hold)");
            }
            for (int j = 0; j < rule.clientSelectors().size(); j++) {
                checkSelector(
                        rule.clientSelectors().get(j),
                        path.field("clientSelectors").index(j),
                        findings);
            }
        }
    }

    private static void checkLimit(RateLimitValue limit, FieldPath path, Findings findings) {
        checkCount(limit.requests().orElse(1), path.field("requests"), findings);
        checkCount(limit.burst().orElse(1), path.field("burst"), findings);
    }

    private static void checkCount(long count, FieldPath path, Findings findings) {
        if (count < 1 || count > MOST) {
            findings.invalid(path, count, "1 to " + MOST);
        }
    }

    private static void checkSelector(ClientSelector said, FieldPath path, Findings findings) {
        if (said.headers().isEmpty()
                && said.methods().isEmpty()
                && said.path().isEmpty()
                && said.sourceCIDR().isEmpty()) {
            findings.missing(
                    path, "it says nothing (expected: headers, methods, path or sourceCIDR)");
        }
        for (int i = 0; i < said.headers().size(); i++) {
            checkHeader(said.headers().get(i), path.field("headers").index(i), findings);
        }
        for (int i = 0; i < said.methods().size(); i++) {
            String method = said.methods().get(i).value();
            if (!METHOD.matcher(method).matches()) {
                findings.invalid(
                        path.field("methods").index(i).field("value"), method, "a method, as GET");
            }
        }
        said.path().ifPresent(it -> checkPath(it, path.field("path").field("value"), findings));
        said.sourceCIDR()
                .filter(it -> IpAddresses.range(it.value()).isEmpty())
                .ifPresent(it ->
                        findings.invalid(
                                path.field("sourceCIDR").field("value"),
                                it.value(),
                                "a range of addresses, as in 10.1.0.0/16"));
    }

    private static void checkHeader(HeaderMatch said, FieldPath path, Findings findings) {
        if (!Values.isHeaderName(said.name())) {
            findings.invalid(path.field("name"), said.name(), "a header's name");
        }
        HeaderMatchType type = said.type().orElse(HeaderMatchType.Exact);
        if (type == HeaderMatchType.Distinct) {
            if (said.value().isPresent() || said.invert()) {
                findings.error(path, "Distinct is for any value (expected: no value, no invert)");
            }
        } else if (said.value().isEmpty()) {
            findings.missing(path.field("value"), "'value' is missing");
        } else if (type == HeaderMatchType.RegularExpression) {
            Values.checkRegex(said.value().get(), path.field("value"), findings);
        }
    }

    private static void checkPath(PathMatch said, FieldPath path, Findings findings) {
        switch (said.type().orElse(PathMatchType.PathPrefix)) {
            case Exact, PathPrefix -> {
                if (!said.value().startsWith("/")) {
                    findings.invalid(path, said.value(), "a path, as in /cart");
                }
            }
            case RegularExpression -> Values.checkRegex(said.value(), path, findings);
        }
    }
}
