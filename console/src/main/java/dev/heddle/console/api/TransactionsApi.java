package dev.heddle.console.api;

import dev.heddle.control.view.ConfigStore;
import dev.heddle.control.view.How;
import dev.heddle.control.view.Proposal;
import dev.heddle.model.Kind;
import dev.heddle.model.ResourceId;
import dev.heddle.model.codec.ResourceReader;
import dev.heddle.model.kinds.Kinds;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// Several resources that come and go as one version, or not at all.
final class TransactionsApi {
    private final ConfigStore store;

    TransactionsApi(ConfigStore store) {
        this.store = store;
    }

    /// @param apply whose resources shall be in force
    /// @param delete applied resources that shall go
    /// @param namespace of resources that name none; empty for `default`
    /// @param message why
    /// @param inStages how some proxies have it first; empty for all at once
    public record Wish(
            List<Text> apply,
            List<Name> delete,
            String namespace,
            String message,
            boolean dryRun,
            Optional<StageWish> inStages) {}

    /// @param from how findings call it
    /// @param text YAML or JSON documents
    public record Text(String from, String text) {}

    /// @param plural the word for the kind
    /// @param namespace `_` for what lives in none
    public record Name(String plural, String namespace, String name) {}

    ApiResponse change(Call call) {
        Wish wish;
        Proposal proposal;
        How how;
        try {
            wish = JsonBody.of(call, Wish.class);
            proposal = proposal(wish);
            how = StageWish.how(wish.dryRun(), wish.inStages());
        } catch (IllegalArgumentException e) {
            return JsonBody.refused(e);
        }
        String what =
                wish.apply().stream()
                        .map(Text::from)
                        .distinct()
                        .limit(5)
                        .collect(Collectors.joining(", "));
        try {
            return Outcomes.of(call, what, store.change(call.caller(), proposal, how), how);
        } catch (IOException e) {
            return Outcomes.unavailable(e);
        }
    }

    private static Proposal proposal(Wish wish) {
        var deletions = new ArrayList<ResourceId>();
        for (Name name : wish.delete()) {
            Kind<?> kind =
                    Kinds.named(name.plural())
                            .orElseThrow(() ->
                                    new IllegalArgumentException(
                                            "delete: there is no kind '" + name.plural() + "'"));
            boolean isNowhere = name.namespace().equals("_") || !kind.namespaced();
            deletions.add(new ResourceId(kind, isNowhere ? "" : name.namespace(), name.name()));
        }
        return new Proposal(
                wish.apply().stream().map(t -> new Proposal.Text(t.from(), t.text())).toList(),
                wish.namespace().isEmpty() ? ResourceReader.DEFAULT_NAMESPACE : wish.namespace(),
                deletions,
                wish.message());
    }
}
