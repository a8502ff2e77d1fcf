package dev.heddle.compiler.lower.istio;

import dev.heddle.compiler.reuse.Same;
import dev.heddle.compiler.service.MeshService;
import dev.heddle.model.match.IpAddresses;
import dev.heddle.model.service.Hostname;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/// All of a port's table but the routes: which virtual hosts there are, the names by which each can
/// be called, and whose routes it has. It stays as it is for as long as the services do and the
/// hosts that rules name, so a rule that says something else about its hosts costs nothing here.
///
/// @param speakers of the port
/// @param silent those of the speaking rules that turn out to have no routes here
/// @param named of the virtual hosts, in the order of their precedence
/// @param domains of those that have some, ordered by name
/// @param slots likewise
record TableFrame(
        Same<Speakers> speakers,
        BitSet silent,
        List<Named> named,
        List<Domains> domains,
        List<Slot> slots) {

    /// Here, hosts that no service has are routed too, as Istio does it.
    static final int ANY_HOST_PORT = 80;

    /// What a table of some port is made of.
    ///
    /// @param services that can be called, from the most to the least specific host
    /// @param hosts of each rule, in the order of precedence
    record Basis(List<Same<MeshService>> services, List<List<Hostname>> hosts) {}

    /// Who speaks about a port.
    ///
    /// @param services of which requests may be seen there, by host
    /// @param rules numbers of those that name one of them
    record Speakers(
            Basis basis, int port, Map<Hostname, MeshService> services, List<Integer> rules) {

        static Speakers of(Basis basis, int port) {
            var services = new LinkedHashMap<Hostname, MeshService>();
            for (Same<MeshService> service : basis.services()) {
                service.get()
                        .service()
                        .port(port)
                        .filter(OutboundTables::mayBeHttp)
                        .ifPresent(
                                _ -> services.put(service.get().service().host(), service.get()));
            }
            List<Hostname> wildcards =
                    services.keySet().stream().filter(Hostname::isWildcard).toList();
            var rules = new ArrayList<Integer>();
            for (int i = 0; i < basis.hosts().size(); i++) {
                boolean speaks =
                        port == ANY_HOST_PORT
                                || basis.hosts().get(i).stream()
                                        .anyMatch(it -> isSome(it, services, wildcards));
                if (speaks) {
                    rules.add(i);
                }
            }
            return new Speakers(basis, port, services, List.copyOf(rules));
        }

        private static boolean isSome(
                Hostname host, Map<Hostname, MeshService> services, List<Hostname> wildcards) {
            return services.containsKey(host)
                    || wildcards.stream().anyMatch(host::overlaps)
                    || (host.isWildcard() && services.keySet().stream().anyMatch(host::overlaps));
        }
    }

    /// A virtual host.
    ///
    /// @param service that it is of; empty where only a rule names the host
    /// @param rule which of the speaking rules is for it; -1 for none
    record Slot(String name, Hostname host, Optional<MeshService> service, int rule) {}

    /// All that counts for the names by which a virtual host can be called, together with the
    /// others of its table.
    ///
    /// @param name of the virtual host
    /// @param service whether it is one; else only a rule names the host
    /// @param addresses of the service
    /// @param allocated addresses that the mesh gave it
    /// @param headless whether its endpoints have names below the service's
    record Named(
            String name,
            String host,
            boolean service,
            boolean headless,
            List<String> addresses,
            List<String> allocated,
            List<Hostname> aliases) {
        static Named of(Slot slot) {
            Optional<MeshService> service = slot.service();
            return new Named(
                    slot.name(),
                    slot.host().name(),
                    service.isPresent(),
                    service.filter(MeshService::isHeadless).isPresent(),
                    service.map(s -> s.service().addresses()).orElse(List.of()),
                    service.map(s -> s.traits().allocated()).orElse(List.of()),
                    service.map(s -> s.traits().aliases()).orElse(List.of()));
        }
    }

    /// The domains of one of several virtual hosts.
    ///
    /// @param index of the host
    record Domains(int index, List<String> all) {}

    /// How a table spells its domains.
    ///
    /// @param dnsDomain of its proxies
    /// @param ported whether domains name the port
    record Spelling(String dnsDomain, boolean ported) {}

    /// @param before that of an earlier world, in the same spelling; saves work and changes nothing
    static TableFrame of(
            Speakers speakers, BitSet silent, Spelling spelling, Optional<TableFrame> before) {
        if (before.isPresent()
                && before.get().speakers().equals(Same.as(speakers))
                && before.get().silent().equals(silent)) {
            return before.get();
        }
        List<Slot> slots = List.copyOf(new Drafts(speakers, silent).slots().values());
        List<Named> named = slots.stream().map(Named::of).toList();
        List<Domains> domains =
                before.filter(it -> it.named().equals(named))
                        .map(TableFrame::domains)
                        .orElseGet(() -> domains(named, speakers.port(), spelling));
        return new TableFrame(
                Same.as(speakers),
                silent,
                named,
                domains,
                domains.stream().map(each -> slots.get(each.index())).toList());
    }

    /// The virtual hosts by name, while rules and services claim them.
    private static final class Drafts {
        private final Speakers speakers;
        private final Set<Hostname> known = new HashSet<>();

        /// The first rule that names a host.
        private final Map<Hostname, Integer> byHost = new HashMap<>();

        /// The same for wildcards, the most specific first.
        private final SortedMap<Hostname, Integer> byWildcard = new TreeMap<>();

        private final Map<String, Slot> slots = new LinkedHashMap<>();

        private Drafts(Speakers speakers, BitSet silent) {
            this.speakers = speakers;
            speakers.basis().services().forEach(s -> known.add(s.get().service().host()));
            for (int i = 0; i < speakers.rules().size(); i++) {
                if (!silent.get(i)) {
                    int rule = i;
                    speakers.basis()
                            .hosts()
                            .get(speakers.rules().get(rule))
                            .forEach(host -> name(host, rule));
                }
            }
        }

        private void name(Hostname host, int rule) {
            byHost.putIfAbsent(host, rule);
            if (host.isWildcard()) {
                byWildcard.putIfAbsent(host, rule);
            }
            if (!isService(host)) {
                slots.putIfAbsent(name(host), new Slot(name(host), host, Optional.empty(), rule));
            }
        }

        /// Whether a host that a rule names is some service's, or a wildcard over one of this
        /// port's. Of several rules for another one the first counts.
        private boolean isService(Hostname host) {
            return host.isWildcard()
                    ? speakers.services().keySet().stream().anyMatch(host::covers)
                    : known.contains(host);
        }

        private String name(Hostname host) {
            return host + ":" + speakers.port();
        }

        Map<String, Slot> slots() {
            speakers.services()
                    .forEach((host, service) ->
                            slots.put(
                                    name(host),
                                    new Slot(
                                            name(host),
                                            host,
                                            Optional.of(service),
                                            ruleFor(host))));
            return slots;
        }

        /// The rule that names the host, else the one with the most specific wildcard over it; of
        /// equals the first.
        private int ruleFor(Hostname host) {
            Integer exact = byHost.get(host);
            return exact != null
                    ? exact
                    : byWildcard.entrySet().stream()
                            .filter(e -> e.getKey().covers(host))
                            .findFirst()
                            .map(Map.Entry::getValue)
                            .orElse(-1);
        }
    }

    /// Of several that want the same domain the first has it.
    private static List<Domains> domains(List<Named> all, int port, Spelling spelling) {
        Set<String> fullNames = new HashSet<>();
        all.forEach(n -> fullNames.add(n.host()));
        Set<String> taken = new HashSet<>();
        var domains = new ArrayList<Domains>(all.size());
        for (int i = 0; i < all.size(); i++) {
            List<String> own =
                    forms(all.get(i), fullNames, spelling.dnsDomain()).stream()
                            .flatMap(d -> spelled(d, port, spelling.ported()).stream())
                            .filter(d -> taken.add(d.toLowerCase(Locale.ROOT)))
                            .toList();
            if (!own.isEmpty()) {
                domains.add(new Domains(i, own));
            }
        }
        domains.sort(Comparator.comparing(d -> all.get(d.index()).name()));
        return List.copyOf(domains);
    }

    /// Envoy has no domain like `*:9080`; a wildcard at the end of a name is not one either.
    private static List<String> spelled(String domain, int port, boolean isPorted) {
        String bracketed =
                domain.indexOf(':') >= 0 && IpAddresses.isAddress(domain)
                        ? "[" + domain + "]"
                        : domain;
        if (!isPorted) {
            return List.of(bracketed);
        }
        String full = bracketed + ":" + port;
        return port == ANY_HOST_PORT ? List.of(bracketed, full) : List.of(full);
    }

    private static List<String> forms(Named named, Set<String> fullNames, String dnsDomain) {
        if (!named.service()) {
            return List.of(named.host());
        }
        List<String> forms =
                new ArrayList<>(
                        Stream.concat(
                                        Stream.of(named.host()),
                                        named.aliases().stream().map(Hostname::name))
                                .flatMap(host -> forms(host, fullNames, dnsDomain))
                                .toList());
        if (named.headless()) {
            // As in `db-0.db.shop`.
            List.copyOf(forms).forEach(form -> forms.add("*." + form));
        }
        Stream.concat(named.addresses().stream(), named.allocated().stream())
                .filter(IpAddresses::isAddress)
                .filter(a -> !a.equals("0.0.0.0"))
                .forEach(forms::add);
        return forms;
    }

    /// A short form that is the full name of another host is that one's.
    private static Stream<String> forms(String host, Set<String> fullNames, String dnsDomain) {
        HostForms forms = HostForms.of(host, dnsDomain);
        return forms.all().stream()
                .filter(form -> !forms.shortened().contains(form) || !fullNames.contains(form));
    }
}
