package dev.heddle.compiler.explain;

import dev.heddle.compiler.explain.Explanation.Reply;
import dev.heddle.compiler.explain.Explanation.Tried;
import dev.heddle.compiler.ir.HttpOptions.EscapedSlashes;
import dev.heddle.compiler.ir.HttpOptions.Paths;
import dev.heddle.model.Origin;
import dev.heddle.xds.path.PathNormalizer;
import java.util.List;
import java.util.Optional;

/// What becomes of a request's path before anybody looks at it.
///
/// @param reply the answer to a request whose path is not taken; empty where it may go on
/// @param request as it goes on
/// @param tried that its path is another now
record PathCheck(Optional<Reply> reply, Request request, List<Tried> tried) {
    private static final String DETAILS = "path_normalization_failed";

    static PathCheck of(Paths paths, Request request) {
        String path =
                new PathNormalizer(
                                paths.normalized(),
                                paths.merged(),
                                switch (paths.escaped()) {
                                    case KEPT -> PathNormalizer.EscapedSlashes.KEEP;
                                    case REJECTED -> PathNormalizer.EscapedSlashes.REJECT;
                                    case REDIRECTED, DECODED ->
                                            PathNormalizer.EscapedSlashes.UNESCAPE;
                                })
                        .normalize(request.path());
        if (path == null) {
            return new PathCheck(Optional.of(new Reply(400, "", DETAILS)), request, List.of());
        }
        if (path.equals(request.path())) {
            return new PathCheck(Optional.empty(), request, List.of());
        }
        boolean isRedirected =
                paths.escaped() == EscapedSlashes.REDIRECTED
                        && PathNormalizer.hasEscapedSlash(request.pathOnly());
        return new PathCheck(
                isRedirected ? Optional.of(new Reply(307, "", path)) : Optional.empty(),
                request.at(path),
                List.of(
                        new Tried(
                                "path " + request.path(),
                                true,
                                "it is " + path + " for all that follows",
                                Origin.BUILT_IN)));
    }
}
