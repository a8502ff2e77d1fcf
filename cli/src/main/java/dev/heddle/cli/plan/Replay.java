package dev.heddle.cli.plan;

import dev.heddle.cli.plan.Occurrences.Answered;
import dev.heddle.compiler.change.Aspect;
import dev.heddle.compiler.change.Comparison;
import dev.heddle.compiler.change.Difference;
import dev.heddle.compiler.change.Outcome;
import dev.heddle.compiler.change.Plans;
import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.explain.Explanation.Share;
import dev.heddle.compiler.explain.Journey;
import dev.heddle.compiler.explain.Sender;
import dev.heddle.compiler.ir.RouteMatch.HeaderMatch;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.model.Confined;
import dev.heddle.model.Origin;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Leads the requests of a sample through two configurations, and adds up in what they are treated
/// otherwise.
@Confined("one thread")
final class Replay {
    private static final int MOST_DISAGREEMENTS = 1_000;

    /// What files say of a service whose workloads they do not name.
    private static final String NO_HOSTS = "UH";

    private final Plans before;
    private final Plans after;
    private final Set<Aspect> failing;
    private final Map<String, Service> services = new TreeMap<>();
    private final Map<String, Load> loads = new TreeMap<>();
    private final Map<Change, List<Case>> changes = new LinkedHashMap<>();
    private final Map<String, Origin> lookedAt = new TreeMap<>();
    private final Map<Sender, ProxyScope> senders = new LinkedHashMap<>();
    private final Set<List<Object>> hosts = new HashSet<>();
    private final List<Disagreement> disagreements = new ArrayList<>();
    private int requests;
    private int agreeing;
    private int disagreeing;
    private double affected;
    private double failed;

    /// Requests that change in the same way.
    ///
    /// @param service that they are for
    record Change(String service, List<Difference> differences) {}

    /// A request that changes.
    ///
    /// @param affected between 0 and 1: the part of such requests that is treated otherwise
    record Case(Recorded request, Occurrences seen, double affected) {}

    /// What a log says and the configuration as it is does not.
    record Disagreement(Recorded request, Occurrences seen, int count, String said, String told) {}

    /// Requests to one service.
    ///
    /// @param affected how many of them are treated otherwise, as is to be expected
    record Service(int requests, double affected, Map<Aspect, Integer> aspects) {
        Service plus(Comparison comparison, int count, double part) {
            var more = new EnumMap<Aspect, Integer>(Aspect.class);
            more.putAll(aspects);
            comparison.differences().forEach(it -> more.merge(it.aspect(), count, Integer::sum));
            return new Service(requests + count, affected + count * part, more);
        }
    }

    /// How many requests a destination would get, as is to be expected.
    record Load(double before, double after) {
        Load plus(double more, double others) {
            return new Load(before + more, after + others);
        }
    }

    /// @param failing aspects that count for the verdict
    Replay(Plans before, Plans after, Set<Aspect> failing) {
        this.before = before;
        this.after = after;
        this.failing = Set.copyOf(failing);
    }

    /// Asks both about a request.
    void ask(Recorded recorded, Occurrences seen) {
        Recorded.Asked asked = recorded.asked(before::journey);
        Journey old = asked.journey();
        Journey changed = after.journey(recorded.sender(), asked.request());
        senders.putIfAbsent(recorded.sender(), old.from());
        Outcome was = Outcome.of(old, before);
        Outcome is = Outcome.of(changed, after);
        var comparison = Comparison.of(was, is);
        int count = seen.count();
        double part = comparison.affected(Set.of(Aspect.values()));
        requests += count;
        affected += count * part;
        failed += count * comparison.affected(failing);
        String service = service(old.sent(), changed.sent(), recorded);
        services.merge(
                service,
                new Service(0, 0, Map.of()).plus(comparison, count, part),
                (known, _) -> known.plus(comparison, count, part));
        load(was, count, true);
        load(is, count, false);
        if (!comparison.differences().isEmpty()) {
            changes.computeIfAbsent(
                            new Change(service, comparison.differences()), _ -> new ArrayList<>())
                    .add(new Case(recorded, seen, part));
        }
        agree(recorded, seen, old.sent(), was);
        look(old, before);
        look(changed, after);
    }

    private static String service(Explanation old, Explanation changed, Recorded recorded) {
        return most(old)
                .or(() -> most(changed))
                .map(Share::host)
                .orElseGet(() -> Addresses.host(recorded.authority()));
    }

    private static Optional<Share> most(Explanation sent) {
        return sent.destinations().stream().max(Comparator.comparingInt(Share::weight));
    }

    private void load(Outcome outcome, int count, boolean isBefore) {
        outcome.shares()
                .forEach((name, percent) -> {
                    double number = count * percent / 100.0;
                    loads.merge(
                            name,
                            isBefore ? new Load(number, 0) : new Load(0, number),
                            (known, more) -> known.plus(more.before(), more.after()));
                });
    }

    private void agree(Recorded recorded, Occurrences seen, Explanation told, Outcome outcome) {
        seen.answers()
                .forEach((said, count) -> {
                    Optional<String> wrong = wrong(said, told, outcome);
                    if (wrong.isEmpty()) {
                        agreeing += count;
                    } else {
                        disagreeing += count;
                        if (disagreements.size() < MOST_DISAGREEMENTS) {
                            disagreements.add(
                                    new Disagreement(
                                            recorded, seen, count, text(said), wrong.get()));
                        }
                    }
                });
    }

    /// What the configuration says instead; empty where it says the same, or the log says too
    /// little.
    private static Optional<String> wrong(Answered said, Explanation told, Outcome outcome) {
        if (outcome.refused() == 100) {
            return said.code().isEmpty() || said.code().equals("403")
                    ? Optional.empty()
                    : Optional.of("403, by a policy");
        }
        if (told.reply().filter(it -> !it.flag().equals(NO_HOSTS)).isPresent()) {
            String status = Integer.toString(told.reply().get().status());
            boolean isOther = !said.code().isEmpty() && !said.code().equals(status);
            boolean isSent = !said.cluster().orElse("").isEmpty() && told.destinations().isEmpty();
            return isOther || isSent
                    ? Optional.of(status + " " + told.reply().get().flag() + " by the proxy itself")
                    : Optional.empty();
        }
        if (said.cluster().isEmpty()) {
            return Optional.empty();
        }
        String cluster = said.cluster().get().replaceFirst(";$", "");
        boolean isOne =
                told.destinations().stream()
                        .anyMatch(it ->
                                it.cluster().equals(cluster) || it.fallback().equals(cluster));
        return isOne
                ? Optional.empty()
                : Optional.of(
                        String.join(
                                " or ", told.destinations().stream().map(Share::cluster).toList()));
    }

    private static String text(Answered said) {
        String answer = (said.code() + " " + said.flags()).strip();
        return said.cluster()
                .filter(it -> !it.isEmpty())
                .map(it -> it + ", " + answer)
                .orElse(answer);
    }

    /// Notes which headers the rules of a request's virtual host look at.
    private void look(Journey journey, Plans plans) {
        String host = journey.sent().virtualHost();
        if (hosts.add(List.of(plans, journey.from(), host))) {
            plans.routes(journey.from(), host)
                    .forEach(route ->
                            route.match().headers().stream()
                                    .map(HeaderMatch::name)
                                    .filter(it -> !it.startsWith(":"))
                                    .forEach(it -> lookedAt.putIfAbsent(it, route.origin())));
        }
    }

    /// Who sent them, with their proxies as they are.
    Map<Sender, ProxyScope> senders() {
        return Collections.unmodifiableMap(senders);
    }

    /// How many requests were asked about.
    int requests() {
        return requests;
    }

    /// How many of them are treated otherwise, as is to be expected.
    double affected() {
        return affected;
    }

    /// The same for the aspects that count for the verdict.
    double failed() {
        return failed;
    }

    /// How many requests went as the configuration as it is says, as far as the log tells.
    int agreeing() {
        return agreeing;
    }

    int disagreeing() {
        return disagreeing;
    }

    /// The first thousand.
    List<Disagreement> disagreements() {
        return Collections.unmodifiableList(disagreements);
    }

    /// By host.
    Map<String, Service> services() {
        return Collections.unmodifiableMap(services);
    }

    /// By destination.
    Map<String, Load> loads() {
        return Collections.unmodifiableMap(loads);
    }

    /// What changes, with the requests that do.
    Map<Change, List<Case>> changes() {
        return Collections.unmodifiableMap(changes);
    }

    /// Headers that rules look at, each with one of the rules.
    Map<String, Origin> lookedAt() {
        return Collections.unmodifiableMap(lookedAt);
    }
}
