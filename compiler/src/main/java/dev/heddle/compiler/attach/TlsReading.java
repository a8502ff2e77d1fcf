package dev.heddle.compiler.attach;

import dev.heddle.compiler.attach.TlsReferences.Found;
import dev.heddle.compiler.attach.TlsReferences.Lack;
import dev.heddle.compiler.attach.TlsReferences.RootsReference;
import dev.heddle.model.Confined;
import dev.heddle.model.FieldPath;
import dev.heddle.model.Resource;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.CaCertificateRef;
import dev.heddle.model.gatewayapi.BackendTlsPolicy.Validation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a resource says of whom to believe.
@Confined("whoever reads the resource")
final class TlsReading {
    private final Resource<?> owner;
    private final Validation validation;
    private final FieldPath path;
    private final List<Trust.Bundle> bundles = new ArrayList<>();
    private Optional<Condition> unresolved = Optional.empty();
    private final boolean believesMachine;

    /// @param path of the validation
    TlsReading(Facts facts, Resource<?> owner, Validation validation, FieldPath path) {
        this.owner = owner;
        this.validation = validation;
        this.path = path;
        believesMachine = validation.wellKnownCACertificates().filter("System"::equals).isPresent();
        List<CaCertificateRef> refs = validation.caCertificateRefs();
        for (int i = 0; i < refs.size(); i++) {
            CaCertificateRef ref = refs.get(i);
            var roots =
                    new RootsReference(
                            ref.group().orElse(""),
                            ref.kind(),
                            owner.metadata().namespace(),
                            ref.name(),
                            path.field("caCertificateRefs").index(i));
            switch (new TlsReferences(facts).roots(owner, roots)) {
                case Found.There<Trust.Bundle>(Trust.Bundle bundle) -> bundles.add(bundle);
                case Found.Lacking<Trust.Bundle>(Lack why, String message, FieldPath at) -> {
                    Reason reason =
                            why == Lack.KIND ? Reason.InvalidKind : Reason.InvalidCACertificateRef;
                    var lack = Condition.no(Condition.RESOLVED, reason, message, at);
                    unresolved = unresolved.or(() -> Optional.of(lack));
                }
            }
        }
    }

    /// Why it cannot be in force; empty if it can.
    Optional<Condition> unaccepted() {
        if (believesMachine || !bundles.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                validation
                        .wellKnownCACertificates()
                        .map(name ->
                                Condition.no(
                                        Condition.ACCEPTED,
                                        Reason.Invalid,
                                        "'" + name + "' is not known (expected: System)",
                                        path.field("wellKnownCACertificates")))
                        .orElseGet(() ->
                                Condition.no(
                                                Condition.ACCEPTED,
                                                Reason.NoValidCACertificate,
                                                "there is nobody to believe",
                                                path.field("caCertificateRefs"))
                                        .untold()));
    }

    Condition resolved() {
        return unresolved.orElseGet(() -> allThere("policy"));
    }

    /// That everything is there which a resource names.
    static Condition allThere(String what) {
        return Condition.yes(
                Condition.RESOLVED,
                Reason.ResolvedRefs,
                "everything that the " + what + " names is there");
    }

    /// What is missing of it.
    Optional<Condition> unresolved() {
        return unresolved;
    }

    /// @param shown what the other side is shown
    BackendTls outcome(BackendTls.Shown shown) {
        Optional<Condition> unaccepted = unaccepted();
        if (unaccepted.isPresent()) {
            return new BackendTls.Broken(owner.origin(), unaccepted.get().message());
        }
        return new BackendTls.Verified(
                owner.origin(),
                validation.hostname(),
                believesMachine ? new Trust.WellKnown() : TlsReferences.joined(bundles),
                validation.subjectAltNames(),
                shown);
    }
}
