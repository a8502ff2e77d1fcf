package dev.heddle.cli.plan;

import dev.heddle.compiler.explain.Sender;
import dev.heddle.compiler.service.Workloads;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.kinds.Kinds;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Whose proxy wrote a line. What a file is said to be of counts first, then what a collector says
/// of the Pod, then the address that the request came from, where one workload has it, and at last
/// what is said of all lines.
///
/// @param byAddress workloads whose address nobody else has
/// @param ofAll labels; none where nobody says so
/// @param namespace in which those labels are looked for first
record Senders(Map<String, Sender> byAddress, Map<String, String> ofAll, String namespace) {
    Senders {
        byAddress = Map.copyOf(byAddress);
        ofAll = Map.copyOf(ofAll);
    }

    static Senders of(World world, Map<String, String> ofAll, String namespace) {
        var found = new HashMap<String, Sender>();
        Set<String> shared = new HashSet<>();
        for (Resource<WorkloadEntry> workload : world.resources().all(Kinds.WORKLOAD_ENTRY)) {
            String address = workload.spec().address();
            var sender = Sender.of(Workloads.labels(workload), workload.metadata().namespace());
            Sender other = found.put(address, sender);
            if (other != null && !other.equals(sender)) {
                shared.add(address);
            }
        }
        found.keySet().removeAll(shared);
        return new Senders(found, ofAll, namespace);
    }

    /// @param ofFile labels; none where nobody says so
    /// @param remote address that the request came from, with or without a port
    Optional<Sender> find(Map<String, String> ofFile, LogFormats.Line line, String remote) {
        if (!ofFile.isEmpty()) {
            return Optional.of(Sender.of(ofFile, namespace));
        }
        if (!line.labels().isEmpty()) {
            return Optional.of(Sender.of(line.labels(), line.namespace()));
        }
        return Optional.ofNullable(byAddress.get(Addresses.host(remote)))
                .or(() ->
                        ofAll.isEmpty()
                                ? Optional.empty()
                                : Optional.of(Sender.of(ofAll, namespace)));
    }
}
