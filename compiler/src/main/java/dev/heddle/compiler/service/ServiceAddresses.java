package dev.heddle.compiler.service;

import dev.heddle.model.Resource;
import dev.heddle.model.core.Service;
import java.util.ArrayList;
import java.util.List;

/// What clients call a Kubernetes Service by.
public final class ServiceAddresses {
    private ServiceAddresses() {}

    /// Its virtual addresses; none for a headless service, and for one that has none yet.
    public static List<String> of(Resource<Service> service) {
        var all = new ArrayList<>(service.spec().clusterIPs());
        if (all.isEmpty() && !service.spec().clusterIP().isEmpty()) {
            all.add(service.spec().clusterIP());
        }
        all.removeIf("None"::equals);
        return all;
    }

    /// Its full name.
    ///
    /// @param domain as in `cluster.local`
    public static String host(Resource<Service> service, String domain) {
        return service.metadata().name() + "." + service.metadata().namespace() + ".svc." + domain;
    }
}
