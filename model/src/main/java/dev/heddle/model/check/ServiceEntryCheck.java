package dev.heddle.model.check;

import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.istio.ServiceEntry;
import dev.heddle.model.istio.ServiceEntry.Resolution;
import dev.heddle.model.istio.ServiceEntry.ServicePort;
import dev.heddle.model.istio.WorkloadEntry;
import dev.heddle.model.service.AppProtocol;
import java.util.HashSet;
import java.util.Set;

/// Looks at ServiceEntries.
final class ServiceEntryCheck implements Check<ServiceEntry> {
    private static final FieldPath SPEC = FieldPath.of("spec");

    @Override
    public void check(Resource<ServiceEntry> resource, Findings findings) {
        ServiceEntry spec = resource.spec();
        for (int i = 0; i < spec.hosts().size(); i++) {
            String host = spec.hosts().get(i);
            if (host.equals("*") || !Names.isWildcardHost(host)) {
                findings.invalid(
                        SPEC.field("hosts").index(i), host, "a host, as reviews or *.example.com");
            }
        }
        checkAddresses(spec, findings);
        Set<String> ports = checkPorts(spec, findings);
        spec.workloadSelector()
                .ifPresent(s -> {
                    FieldPath path = SPEC.field("workloadSelector");
                    Names.checkSelector(s.labels(), path.field("labels"), findings);
                    if (!spec.endpoints().isEmpty()) {
                        findings.exclusive(path, "endpoints", "workloadSelector");
                    }
                });
        checkResolution(spec, findings);
        for (int i = 0; i < spec.endpoints().size(); i++) {
            checkEndpoint(spec, i, ports, findings);
        }
        Names.checkExportTo(spec.exportTo(), true, findings);
    }

    private static void checkAddresses(ServiceEntry spec, Findings findings) {
        boolean ranges =
                switch (spec.resolution()) {
                    case NONE, STATIC -> true;
                    case DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS -> false;
                };
        for (int i = 0; i < spec.addresses().size(); i++) {
            String address = spec.addresses().get(i);
            FieldPath path = SPEC.field("addresses").index(i);
            if (!Addresses.isRange(address)) {
                findings.invalid(path, address, "an address or a range");
            } else if (address.contains("/") && !ranges) {
                findings.error(
                        path,
                        "a range (expected: an address, with resolution "
                                + spec.resolution()
                                + ")");
            }
        }
    }

    private static Set<String> checkPorts(ServiceEntry spec, Findings findings) {
        Set<String> names = new HashSet<>();
        Set<Integer> numbers = new HashSet<>();
        for (int i = 0; i < spec.ports().size(); i++) {
            ServicePort port = spec.ports().get(i);
            FieldPath path = SPEC.field("ports").index(i);
            Values.checkPort(port.number(), path.field("number"), findings);
            port.targetPort()
                    .ifPresent(t -> Values.checkPort(t, path.field("targetPort"), findings));
            if (!Names.isDnsLabel(port.name())) {
                findings.invalid(path.field("name"), port.name(), "letters, digits and '-'");
            }
            if (!names.add(port.name())) {
                findings.error(
                        path.field("name"), "'" + port.name() + "' is here for the second time");
            }
            if (!numbers.add(port.number())) {
                findings.error(
                        path.field("number"), port.number() + " is here for the second time");
            }
            AppProtocol protocol = AppProtocol.parse(port.protocol());
            boolean known = protocol != AppProtocol.UNSET;
            boolean isAnyones =
                    spec.addresses().isEmpty()
                            && spec.resolution() == Resolution.NONE
                            && !protocol.isHttp()
                            && !protocol.isTls();
            if (isAnyones) {
                findings.warn(
                        path,
                        "without addresses it takes every connection to port "
                                + port.number()
                                + ", wherever it goes",
                        "Name the addresses, or set a protocol that tells hosts apart.");
            }
            if (!port.protocol().isEmpty() && !known) {
                findings.invalid(
                        path.field("protocol"),
                        port.protocol(),
                        "one of HTTP, HTTPS, GRPC, HTTP2, MONGO, TCP, TLS");
            }
        }
        return names;
    }

    private static void checkResolution(ServiceEntry spec, Findings findings) {
        FieldPath endpoints = SPEC.field("endpoints");
        boolean own = spec.endpoints().isEmpty() && spec.workloadSelector().isEmpty();
        boolean wildcard = spec.hosts().stream().anyMatch(h -> h.startsWith("*"));
        switch (spec.resolution()) {
            case NONE -> {
                if (!spec.endpoints().isEmpty()) {
                    findings.error(endpoints, "resolution NONE asks for no endpoints");
                }
                if (spec.workloadSelector().isPresent()) {
                    findings.warn(
                            SPEC.field("workloadSelector"),
                            "resolution NONE asks for no workloads",
                            "Set resolution: STATIC.");
                }
            }
            case STATIC -> {}
            case DNS, DNS_ROUND_ROBIN -> {
                if (own && wildcard) {
                    findings.error(
                            SPEC.field("hosts"),
                            "DNS knows no wildcards (expected: endpoints, or no wildcard)");
                }
                boolean one = spec.resolution() == Resolution.DNS_ROUND_ROBIN;
                if (one && spec.endpoints().size() > 1) {
                    findings.invalid(endpoints, spec.endpoints().size(), "at most 1");
                }
            }
            case DYNAMIC_DNS -> checkDynamic(spec, findings);
        }
    }

    private static void checkDynamic(ServiceEntry spec, Findings findings) {
        if (!spec.endpoints().isEmpty()) {
            findings.error(SPEC.field("endpoints"), "resolution DYNAMIC_DNS asks for no endpoints");
        }
        boolean wildcard = spec.hosts().stream().allMatch(h -> h.startsWith("*"));
        if (!wildcard) {
            findings.error(SPEC.field("hosts"), "DYNAMIC_DNS is for wildcards only");
        }
        if (!spec.addresses().isEmpty()) {
            findings.error(SPEC.field("addresses"), "resolution DYNAMIC_DNS asks for no addresses");
        }
        for (int i = 0; i < spec.ports().size(); i++) {
            AppProtocol protocol = AppProtocol.parse(spec.ports().get(i).protocol());
            if (!protocol.isHttp() && !protocol.isTls()) {
                findings.invalid(
                        SPEC.field("ports").index(i).field("protocol"),
                        spec.ports().get(i).protocol(),
                        "HTTP, HTTP2, GRPC or TLS: only they tell which host is meant");
            }
        }
    }

    private static void checkEndpoint(
            ServiceEntry spec, int i, Set<String> ports, Findings findings) {
        WorkloadEntry endpoint = spec.endpoints().get(i);
        FieldPath path = SPEC.field("endpoints").index(i);
        boolean names =
                switch (spec.resolution()) {
                    case NONE, STATIC -> false;
                    case DNS, DNS_ROUND_ROBIN, DYNAMIC_DNS -> true;
                };
        WorkloadChecks.checkEntry(endpoint, names, true, path, findings);
        boolean socket = endpoint.address().startsWith(Names.UNIX);
        if (socket && names) {
            findings.invalid(path.field("address"), endpoint.address(), "a host or an address");
        }
        if (socket && ports.size() != 1) {
            findings.error(path.field("address"), "a socket's path needs a service of one port");
        }
        for (String name : endpoint.ports().keySet()) {
            if (!ports.contains(name)) {
                findings.invalid(path.field("ports").field(name), name, "one of spec.ports");
            }
        }
    }
}
