package dev.heddle.model.istio;

import dev.heddle.model.schema.Ordered;
import java.util.Map;
import java.util.OptionalInt;

/// One workload that is not a pod: a machine or a process, with its address.
///
/// @param address IP address, DNS name, or path of a socket as `unix:///…`
/// @param ports number for a port's name; what is not named here has the service's number
/// @param network that the address belongs to; empty means the mesh's own
/// @param locality as `region/zone/subzone`
/// @param weight share among the endpoints of a service; 1 when absent
public record WorkloadEntry(
        String address,
        Map<String, Integer> ports,
        Map<String, String> labels,
        String network,
        String locality,
        OptionalInt weight,
        String serviceAccount) {

    public WorkloadEntry {
        ports = Ordered.copyOf(ports);
        labels = Ordered.copyOf(labels);
    }
}
