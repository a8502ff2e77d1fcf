package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.ir.Access;
import dev.heddle.compiler.ir.Access.Action;
import dev.heddle.compiler.ir.Access.Condition;
import dev.heddle.compiler.ir.Access.Rule;
import dev.heddle.compiler.ir.Access.Stage;
import dev.heddle.compiler.ir.Authorizer;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.AuthorizationPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Lowers AuthorizationPolicies: whom is asked, what is noted, then what is refused, then what may
/// pass.
public final class AccessLowering {
    private static final String DRY_RUN = "istio.io/dry-run";
    private static final String TELLS_DENIALS = "heddle.dev/tells-denials";

    private AccessLowering() {}

    /// The rules of all policies together.
    ///
    /// @param domains trust domains that are one, the mesh's own first
    /// @param authorizers who may be asked, by name
    public static Access lower(
            List<Resource<AuthorizationPolicy>> policies,
            List<String> domains,
            Map<String, Authorizer> authorizers) {
        List<Resource<AuthorizationPolicy>> deciding =
                policies.stream().filter(p -> !tellsDenials(p)).toList();
        if (deciding.isEmpty()) {
            return Access.FREE;
        }
        List<Stage> requests = stages(deciding, domains, authorizers, false);
        return new Access(
                requests,
                stages(deciding, domains, authorizers, true),
                requests.stream().anyMatch(AccessLowering::refuses)
                        ? told(policies, domains)
                        : List.of());
    }

    private static boolean refuses(Stage stage) {
        return stage.enforced().isPresent()
                && switch (stage.action()) {
                    case CUSTOM, AUDIT -> false;
                    case DENY, ALLOW -> true;
                };
    }

    /// Whom policies let know which other policy refused them.
    private static List<Rule> told(
            List<Resource<AuthorizationPolicy>> policies, List<String> domains) {
        return rules(
                        policies.stream().filter(AccessLowering::tellsDenials).toList(),
                        true,
                        Action.ALLOW,
                        domains,
                        false)
                .orElse(List.of());
    }

    /// Whether a policy says who is told of denials, and nothing else.
    public static boolean tellsDenials(Resource<AuthorizationPolicy> policy) {
        return "true".equals(policy.metadata().annotations().get(TELLS_DENIALS)) && isTried(policy);
    }

    private static List<Stage> stages(
            List<Resource<AuthorizationPolicy>> policies,
            List<String> domains,
            Map<String, Authorizer> authorizers,
            boolean isBytes) {
        var stages = new ArrayList<Stage>();
        SortedMap<String, List<Resource<AuthorizationPolicy>>> custom = new TreeMap<>();
        policies.stream()
                .filter(p -> p.spec().action() == AuthorizationPolicy.Action.CUSTOM)
                .forEach(p -> custom.computeIfAbsent(provider(p), _ -> new ArrayList<>()).add(p));
        custom.forEach((name, of) ->
                asked(of, Optional.ofNullable(authorizers.get(name)), domains, isBytes)
                        .ifPresent(stages::add));
        for (Action action : Action.values()) {
            List<Resource<AuthorizationPolicy>> of =
                    policies.stream().filter(p -> isOf(p, action)).toList();
            if (!of.isEmpty()) {
                stages.add(
                        new Stage(
                                action,
                                rules(of, false, action, domains, isBytes),
                                rules(of, true, action, domains, isBytes)));
            }
        }
        return stages;
    }

    /// Where nobody can be asked, what the rules match is refused. Who is asked in HTTP is not
    /// asked about connections, as with Istio.
    private static Optional<Stage> asked(
            List<Resource<AuthorizationPolicy>> policies,
            Optional<Authorizer> authorizer,
            List<String> domains,
            boolean isBytes) {
        Optional<List<Rule>> rules = rules(policies, false, Action.CUSTOM, domains, isBytes);
        if (authorizer.isEmpty()) {
            return Optional.of(
                    new Stage(
                            Action.DENY,
                            rules.map(all -> all.stream().map(AccessLowering::unasked).toList()),
                            Optional.empty()));
        }
        return isBytes && authorizer.get().protocol() instanceof Authorizer.Protocol.Http
                ? Optional.empty()
                : Optional.of(new Stage(Action.CUSTOM, rules, Optional.empty(), authorizer));
    }

    private static Rule unasked(Rule rule) {
        return new Rule(
                rule.name() + "-deny-due-to-bad-CUSTOM-action",
                rule.what(),
                rule.who(),
                rule.origin());
    }

    private static String provider(Resource<AuthorizationPolicy> policy) {
        return policy.spec().provider().map(AuthorizationPolicy.ExtensionProvider::name).orElse("");
    }

    private static boolean isOf(Resource<AuthorizationPolicy> policy, Action action) {
        return switch (policy.spec().action()) {
            case AUDIT -> action == Action.AUDIT;
            case DENY -> action == Action.DENY;
            case ALLOW -> action == Action.ALLOW;
            case CUSTOM -> false;
        };
    }

    /// Whether a policy is only tried out.
    public static boolean isTried(Resource<AuthorizationPolicy> policy) {
        return "true".equals(policy.metadata().annotations().get(DRY_RUN));
    }

    private static Optional<List<Rule>> rules(
            List<Resource<AuthorizationPolicy>> policies,
            boolean isTried,
            Action action,
            List<String> domains,
            boolean isBytes) {
        List<Resource<AuthorizationPolicy>> counting =
                policies.stream().filter(p -> isTried(p) == isTried).toList();
        if (counting.isEmpty()) {
            return Optional.empty();
        }
        var rules = new ArrayList<Rule>();
        for (Resource<AuthorizationPolicy> policy : counting) {
            List<AuthorizationPolicy.Rule> said = policy.spec().rules();
            if (said.isEmpty()) {
                rules.add(never(policy));
            }
            for (int i = 0; i < said.size(); i++) {
                var lowering =
                        new RuleLowering(
                                policy.metadata().namespace(),
                                domains,
                                isBytes,
                                action == Action.ALLOW);
                FieldPath path = FieldPath.of("spec", "rules").index(i);
                lowering.lower(name(policy, i), said.get(i), policy.origin(path))
                        .ifPresent(rules::add);
            }
        }
        // Proxies ask in the order of names, and tell the first that matches.
        rules.sort(Comparator.comparing(Rule::name));
        return Optional.of(rules);
    }

    private static String name(Resource<AuthorizationPolicy> policy, int rule) {
        String name =
                "ns[%s]-policy[%s]-rule[%d]"
                        .formatted(policy.metadata().namespace(), policy.metadata().name(), rule);
        return policy.spec().action() == AuthorizationPolicy.Action.CUSTOM
                ? Authorizer.RULES + provider(policy) + "-" + name
                : name;
    }

    /// A policy without rules matches nothing, which for ALLOW is to let nothing pass.
    private static Rule never(Resource<AuthorizationPolicy> policy) {
        List<Condition> nothing = List.of(new Condition.Not(new Condition.Anything()));
        return new Rule(name(policy, 0), nothing, nothing, policy.origin(FieldPath.of("spec")));
    }
}
