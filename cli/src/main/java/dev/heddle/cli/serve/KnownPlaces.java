package dev.heddle.cli.serve;

import dev.heddle.control.ControlPlane;
import dev.heddle.control.view.ServiceView;
import dev.heddle.model.Resource;
import dev.heddle.model.Resources;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.service.Endpoint;
import dev.heddle.signals.record.Party;
import dev.heddle.signals.record.Places;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Knows who is at an address by the endpoints of the mesh's services, and where resources were
/// written. They are looked at anew when [#learn] is called.
final class KnownPlaces implements Places {
    private final AtomicReference<Map<String, Party>> parties = new AtomicReference<>(Map.of());

    private final AtomicReference<Resources> resources = new AtomicReference<>(Resources.EMPTY);

    @Override
    public Optional<String> source(String resource) {
        String[] words = resource.split("[ /]", 3);
        return words.length < 3
                ? Optional.empty()
                : Kinds.ALL.stream()
                        .filter(kind -> kind.name().equals(words[0]))
                        .flatMap(kind -> resources.get().find(kind, words[1], words[2]).stream())
                        .map(Resource::origin)
                        .filter(origin -> !origin.file().isEmpty())
                        .map(origin -> origin.file() + ":" + origin.position().line())
                        .findFirst();
    }

    @Override
    public Optional<Party> at(String address) {
        return Optional.ofNullable(parties.get().get(address));
    }

    /// Takes over what is in force now.
    void learn(ControlPlane control) {
        resources.set(control.mesh().view().resources());
        var now = new HashMap<String, Party>();
        for (ServiceView service : control.mesh().view().services()) {
            for (Endpoint endpoint : service.endpoints()) {
                String version = endpoint.labels().getOrDefault("version", "");
                String app = endpoint.labels().getOrDefault("app", "");
                now.put(
                        endpoint.address() + ":" + endpoint.port(),
                        new Party(
                                workload(app, version),
                                service.service().namespace(),
                                service.service().host().toString(),
                                version));
            }
        }
        parties.set(Map.copyOf(now));
    }

    /// As Bookinfo and most others name it: `reviews-v1`. Nothing is guessed where a label is not
    /// there.
    private static String workload(String app, String version) {
        return app.isEmpty() || version.isEmpty() ? "" : app + "-" + version;
    }
}
