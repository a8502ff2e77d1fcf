package dev.heddle.cli.online;

import dev.heddle.cli.machine.Machine;
import dev.heddle.cli.text.Failure;
import dev.heddle.model.tree.Node;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// `heddle apply`: puts resources in force and takes others back, as one version or not at all.
public final class Apply {
    private Apply() {}

    /// What is wanted.
    ///
    /// @param files of resources that shall be in force
    /// @param deletions resources that shall go, as in `vs/reviews`
    /// @param namespace of resources that name none
    /// @param message why, for the history
    /// @param stages in which stages proxies have it; empty for all at once
    public record Wish(
            List<Path> files,
            List<String> deletions,
            String namespace,
            String message,
            Optional<Node> stages) {}

    /// Applies all of it.
    ///
    /// @return 1 when it was refused, 0 otherwise
    public static int run(Api api, Wish wish, Changes changes, Machine machine) {
        if (wish.files().isEmpty() && wish.deletions().isEmpty()) {
            throw Failure.usage(
                    "nothing to apply (expected: -f FILE or --delete KIND/NAME)",
                    "for example -f reviews.yaml");
        }
        return send(api, Sources.read(wish.files(), machine.in()), wish, changes);
    }

    /// Applies texts, whatever files the wish names.
    ///
    /// @return 1 when it was refused, 0 otherwise
    static int send(Api api, List<Sources.Source> sources, Wish wish, Changes changes) {
        var texts = new ArrayList<Node>();
        for (var source : sources) {
            texts.add(Node.Mapping.EMPTY.with("from", source.name()).with("text", source.text()));
        }
        var body =
                Node.Mapping.EMPTY
                        .with("apply", texts)
                        .with("delete", deletions(wish))
                        .with("namespace", wish.namespace())
                        .with("message", wish.message())
                        .with("dryRun", changes.dryRun());
        return changes.all(
                api.change(
                        "transactions",
                        wish.stages().map(stages -> body.with("inStages", stages)).orElse(body)));
    }

    private static List<Node> deletions(Wish wish) {
        if (wish.deletions().isEmpty()) {
            return List.of();
        }
        return ResourceName.parse(wish.deletions()).stream()
                .<Node>map(name ->
                        Node.Mapping.EMPTY
                                .with("plural", name.plural())
                                .with("namespace", wish.namespace())
                                .with("name", name.required()))
                .toList();
    }
}
