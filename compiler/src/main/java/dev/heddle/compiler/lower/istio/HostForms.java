package dev.heddle.compiler.lower.istio;

import dev.heddle.model.match.IpAddresses;
import java.util.ArrayList;
import java.util.List;

/// The names by which a workload may call a service, the full one first.
///
/// @param shortened names that are the full one's beginning, with or without its namespace; they
///   give way to a service that is really called so
/// @param all the full name, the full name with the dot of an absolute name, and the short ones
record HostForms(List<String> all, List<String> shortened) {
    HostForms {
        all = List.copyOf(all);
        shortened = List.copyOf(shortened);
    }

    /// The forms of a host for a caller of that domain. Only services of the caller's own domain
    /// have short forms: `reviews` and `reviews.default` for a caller in `default`, `reviews.shop`
    /// for one elsewhere, each also with `.svc`. A caller outside of Kubernetes leaves out what its
    /// domain and the host end in: `db.local` for one in `remote.campus.net` who means
    /// `db.local.campus.net`.
    ///
    /// @param callerDomain as in `default.svc.cluster.local`
    static HostForms of(String host, String callerDomain) {
        var all = new ArrayList<String>();
        all.add(host);
        if (IpAddresses.isAddress(host) || host.startsWith("*")) {
            return new HostForms(all, List.of());
        }
        all.add(host + ".");
        List<String> shortened = shortened(host, callerDomain);
        all.addAll(shortened);
        return new HostForms(all, shortened);
    }

    private static List<String> shortened(String host, String callerDomain) {
        int callerSvc = callerDomain.indexOf(".svc.");
        int hostSvc = host.indexOf(".svc.");
        if (callerSvc < 0) {
            return withoutShared(host, callerDomain);
        }
        if (hostSvc < 1 || !host.substring(hostSvc).equals(callerDomain.substring(callerSvc))) {
            return List.of();
        }
        String qualified = host.substring(0, hostSvc);
        int dot = qualified.indexOf('.');
        if (dot < 1) {
            return List.of();
        }
        boolean sameNamespace =
                qualified.substring(dot + 1).equals(callerDomain.substring(0, callerSvc));
        var forms = new ArrayList<String>();
        if (sameNamespace) {
            forms.add(qualified.substring(0, dot));
        }
        forms.add(qualified);
        forms.add(qualified + ".svc");
        return forms;
    }

    private static List<String> withoutShared(String host, String callerDomain) {
        List<String> own = List.of(host.split("\\.", -1));
        List<String> callers = List.of(callerDomain.split("\\.", -1));
        int shared = 0;
        while (shared < Math.min(own.size() - 1, callers.size())
                && own.get(own.size() - 1 - shared)
                        .equals(callers.get(callers.size() - 1 - shared))) {
            shared++;
        }
        if (shared == 0) {
            return List.of();
        }
        List<String> unique = own.subList(0, own.size() - shared);
        var forms = new ArrayList<String>();
        forms.add(String.join(".", unique));
        if (unique.size() == 2) {
            forms.add(String.join(".", own.subList(0, 3)));
        }
        return forms;
    }
}
