package dev.heddle.control.view;

import dev.heddle.compiler.explain.CertificateUses;
import dev.heddle.compiler.explain.CertificateUses.Part;
import dev.heddle.compiler.ir.TlsSecret;
import dev.heddle.compiler.secret.Credentials.Credential;
import dev.heddle.compiler.secret.SecretMaterial.Shown;
import dev.heddle.compiler.select.MeshIndex;
import dev.heddle.control.push.RunningPlan;
import dev.heddle.control.world.Validity;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.core.ConfigMap;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.xds.secret.PemText;
import dev.heddle.xds.secret.UnusableMaterial;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// Puts together which certificates there are, who names them and who has them.
final class CertificatePlaces {
    /// The only entry of a ConfigMap that is read for roots.
    private static final String ROOTS = "ca.crt";

    private final Map<Part, Set<CertificateUses.Use>> uses;
    private final Map<Part, Set<String>> proxies = new HashMap<>();
    private final Instant now;
    private final List<CertificateView> found = new ArrayList<>();

    private CertificatePlaces(Map<Part, Set<CertificateUses.Use>> uses, Instant now) {
        this.uses = uses;
        this.now = now;
    }

    static List<CertificateView> view(MeshIndex index, List<RunningPlan> plans, Instant now) {
        var places = new CertificatePlaces(CertificateUses.of(index), now);
        plans.forEach(places::given);
        index.credentials().all().values().forEach(places::secret);
        index.resources().all(Kinds.CONFIG_MAP).forEach(places::roots);
        return places.found;
    }

    private void given(RunningPlan running) {
        for (TlsSecret secret : running.plan().secrets()) {
            switch (secret) {
                case TlsSecret.Certificate it ->
                        given(new Part(it.origin().resource(), false), running);
                case TlsSecret.Roots it -> {
                    given(new Part(it.origin().resource(), true), running);
                    CertificateUses.parts(it.name()).forEach(part -> given(part, running));
                }
                case TlsSecret.CertificateFiles _,
                        TlsSecret.RootFile _,
                        TlsSecret.RootFileWithout _,
                        TlsSecret.Words _,
                        TlsSecret.DomainRoots _ -> {}
            }
        }
    }

    private void given(Part part, RunningPlan running) {
        proxies.computeIfAbsent(part, _ -> new TreeSet<>()).addAll(running.proxies());
    }

    private void secret(Credential credential) {
        var numbers = new HashMap<FieldPath, Integer>();
        for (Shown shown : credential.material().certificates()) {
            int number = numbers.merge(shown.path(), 1, Integer::sum);
            add(credential.resource(), shown.path(), number, shown.certificate());
        }
    }

    private void roots(Resource<ConfigMap> map) {
        String pem = map.spec().data().getOrDefault(ROOTS, "");
        if (pem.isEmpty() || !uses.containsKey(new Part(map.id().toString(), true))) {
            return;
        }
        try {
            int number = 0;
            for (X509Certificate certificate : PemText.certificates(pem)) {
                number++;
                add(map, FieldPath.of("data", ROOTS), number, certificate);
            }
        } catch (UnusableMaterial e) {
            throw new IllegalStateException(map.id() + " is used and cannot be read", e);
        }
    }

    private void add(
            Resource<?> resource, FieldPath path, int number, X509Certificate certificate) {
        String entry =
                path.segments().getLast() instanceof FieldPath.Segment.Field(String name)
                        ? name
                        : path.toString();
        var part = new Part(resource.id().toString(), entry.startsWith("ca"));
        found.add(
                new CertificateView(
                        resource.origin(path),
                        entry,
                        number,
                        certificate,
                        Validity.of(certificate, now),
                        uses.getOrDefault(part, Set.of()).stream()
                                .map(u -> new CertificateView.Use(u.origin(), u.listener()))
                                .toList(),
                        List.copyOf(proxies.getOrDefault(part, Set.of()))));
    }
}
