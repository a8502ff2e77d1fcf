package dev.heddle.samples.bookinfo;

/// One of the services of the sample: a function from a call to its answer. Called on a virtual
/// thread per request, so it may block.
public sealed interface BookService permits Details, ProductPage, Ratings, Reviews {
    /// The header that says which pods an answer came from, nearest first: `reviews-v2,
    /// ratings-v1`.
    String POD_HEADER = "x-bookinfo-pod";

    /// Answers a call; every path but `/health` ends here.
    Reply answer(Call call);

    /// What `/health` says.
    default Reply health() {
        return Reply.json(200, Json.object("status", getClass().getSimpleName() + " is healthy"));
    }

    /// The number at the end of a path such as `/reviews/0`; -1 when there is none.
    static int productId(Call call, String collection) {
        var segments = call.segments();
        if (segments.size() != 2 || !segments.getFirst().equals(collection)) {
            return -1;
        }
        try {
            return Math.max(-1, Integer.parseInt(segments.getLast()));
        } catch (NumberFormatException _) {
            return -1;
        }
    }
}
