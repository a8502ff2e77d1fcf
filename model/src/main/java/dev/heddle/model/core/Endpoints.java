package dev.heddle.model.core;

import dev.heddle.model.schema.Skips;
import java.util.List;

/// Where a service of the same name really is: Kubernetes' older form.
public record Endpoints(List<Subset> subsets) {
    public Endpoints {
        subsets = List.copyOf(subsets);
    }

    /// Addresses that have the same ports.
    public record Subset(
            List<Address> addresses, List<Address> notReadyAddresses, List<Port> ports) {
        public Subset {
            addresses = List.copyOf(addresses);
            notReadyAddresses = List.copyOf(notReadyAddresses);
            ports = List.copyOf(ports);
        }
    }

    /// @param ip address of the workload
    @Skips({"targetRef"})
    public record Address(String ip, String hostname, String nodeName) {}

    /// @param name of the service's port; may be empty when there is only one
    public record Port(String name, int port, String protocol, String appProtocol) {}
}
