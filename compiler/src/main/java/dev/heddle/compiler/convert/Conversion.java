package dev.heddle.compiler.convert;

import dev.heddle.compiler.select.MadeResource;
import dev.heddle.compiler.world.World;
import dev.heddle.model.Diagnostic;
import dev.heddle.model.Kind;
import dev.heddle.model.ResourceId;
import dev.heddle.model.kinds.Kinds;
import dev.heddle.model.tree.Node;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// What Istio's Gateways and VirtualServices, and Ingresses, come to in the Gateway API.
///
/// @param documents what was made, in the order of what it was made of; grants come last
/// @param losses what could not be carried over, in reading order; none means that nothing is lost
/// @param replaced what the documents take the place of: with them it is no longer needed
public record Conversion(
        List<Document> documents, List<Diagnostic> losses, List<ResourceId> replaced) {

    public Conversion {
        documents = List.copyOf(documents);
        losses = List.copyOf(losses);
        replaced = List.copyOf(replaced);
    }

    /// A resource that was made.
    ///
    /// @param of what it was made of, or is made for; empty for a grant
    public record Document(ResourceId id, Node.Mapping tree, List<ResourceId> of) {
        public Document {
            of = List.copyOf(of);
        }
    }

    /// Converts a world's resources. Those that are of the Gateway API already stay as they are.
    public static Conversion of(World world, Options options) {
        var losses = new Losses();
        var documents = new Documents(world.resources(), losses);
        List<Door> doors = new GatewayForms(world, options, documents, losses).convert();
        new RouteForms(world, doors, documents, losses).convert();
        List<Document> made = documents.all();
        return new Conversion(made, losses.toList(), replaced(world));
    }

    private static List<ResourceId> replaced(World world) {
        Set<ResourceId> all = new LinkedHashSet<>();
        for (Kind<?> kind : List.of(Kinds.GATEWAY, Kinds.VIRTUAL_SERVICE)) {
            world.index()
                    .resources()
                    .all(kind)
                    .forEach(r -> all.add(MadeResource.original(r).id()));
        }
        return List.copyOf(all);
    }
}
