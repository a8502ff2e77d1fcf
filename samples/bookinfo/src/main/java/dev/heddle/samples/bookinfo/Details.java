package dev.heddle.samples.bookinfo;

/// What is printed on the book's first pages.
public record Details() implements BookService {
    @Override
    public Reply answer(Call call) {
        int id = productId(call);
        if (id < 0) {
            return Reply.error(400, "please provide numeric product id");
        }
        return Reply.json(
                200,
                Json.object(
                        "id", id,
                        "author", "William Shakespeare",
                        "year", 1595,
                        "type", "paperback",
                        "pages", 200,
                        "publisher", "PublisherA",
                        "language", "English",
                        "ISBN-10", "1234567890",
                        "ISBN-13", "123-1234567890"));
    }

    private static int productId(Call call) {
        return BookService.productId(call, "details");
    }
}
