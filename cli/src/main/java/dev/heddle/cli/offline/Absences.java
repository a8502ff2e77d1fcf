package dev.heddle.cli.offline;

import dev.heddle.compiler.explain.Explanation;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.ProxyScope;
import dev.heddle.compiler.world.World;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Service.Resolution;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// What files alone don't say: which workloads there are. Those come and go with a running mesh;
/// the demo, for one, writes its own beside the user's directory when it starts. So a service
/// without any is no mistake, but whoever asks about files should be told.
///
/// @param world of the files
public record Absences(World world) {
    private static final String WHERE_FROM =
            "workloads are WorkloadEntry, Endpoints or EndpointSlice resources";

    /// The services that have nothing behind them, though the control plane should know what.
    public List<String> services() {
        return all().stream().filter(Absences::isEmpty).map(Absences::host).sorted().toList();
    }

    /// The same for people; empty when there is none.
    public Optional<String> sentence() {
        List<String> hosts = services();
        return hosts.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        "no workload here is behind %s, so requests are answered 503 (%s)"
                                .formatted(String.join(", ", hosts), WHERE_FROM));
    }

    /// The explanation, with the reason where a proxy would find nobody to send a request to.
    public Explanation explain(Explanation answer) {
        Optional<Explanation.Reply> reply =
                answer.reply()
                        .map(r ->
                                r.flag().equals("UH") && !answer.destinations().isEmpty()
                                        ? new Explanation.Reply(
                                                r.status(), r.flag(), why(answer, r.detail()))
                                        : r);
        return answer.answering(reply);
    }

    private String why(Explanation answer, String otherwise) {
        List<String> reasons =
                answer.destinations().stream()
                        .flatMap(share -> why(share).stream())
                        .distinct()
                        .toList();
        return reasons.isEmpty() ? otherwise : String.join("; ", reasons) + " (" + WHERE_FROM + ")";
    }

    private Optional<String> why(Explanation.Share share) {
        Optional<MeshService> service =
                all().stream().filter(s -> host(s).equals(share.host())).findFirst();
        if (service.isEmpty()) {
            return Optional.of("no service has the host " + share.host());
        }
        if (isEmpty(service.get())) {
            String wanted = labels(service.get().workloads());
            return Optional.of(
                    "no workload here is behind %s%s"
                            .formatted(
                                    share.host(),
                                    wanted.isEmpty() ? "" : ": none has the labels " + wanted));
        }
        return share.endpoints().isEmpty() && !share.subset().isEmpty()
                ? Optional.of(
                        "no workload here of %s is in the subset '%s'"
                                .formatted(share.host(), share.subset()))
                : Optional.empty();
    }

    /// What to say when somebody asks for a sidecar whose workload is not among those of the files,
    /// though they name some.
    ///
    /// @param wanted labels of it
    public Optional<String> unknown(ProxyScope scope, Map<String, String> wanted) {
        var workloads = world.resources().all(Kinds.WORKLOAD_ENTRY);
        boolean known =
                scope.role() == ProxyScope.Role.GATEWAY
                        || workloads.isEmpty()
                        || workloads.stream()
                                .map(Workloads::labels)
                                .anyMatch(l -> l.entrySet().containsAll(wanted.entrySet()));
        return known
                ? Optional.empty()
                : Optional.of(
                        "no workload here has the labels %s; one with just these is assumed"
                                .formatted(labels(wanted)));
    }

    private List<MeshService> all() {
        return world.index().services().all();
    }

    private static boolean isEmpty(MeshService service) {
        return service.endpoints().isEmpty() && service.service().resolution() == Resolution.STATIC;
    }

    private static String host(MeshService service) {
        return service.service().host().toString();
    }

    private static String labels(Map<String, String> labels) {
        return labels.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(label -> label.getKey() + "=" + label.getValue())
                .collect(Collectors.joining(","));
    }
}
