package dev.heddle.samples.bookinfo;

import java.util.Optional;

/// The HTML of the product page.
final class Page {
    private static final int MAX_STARS = 5;

    private Page() {}

    /// What the page is made of.
    ///
    /// @param pod the product page's own
    record Part(String pod, Peers.Answer details, Peers.Answer reviews) {}

    /// The words for a service that did not answer.
    static String apology(String what) {
        return "Sorry, product " + what + " are currently unavailable for this book.";
    }

    static String index() {
        return frame(
                "",
                """
                <section class="card">
                  <h1>Bookinfo</h1>
                  <p>A page about one book, put together from four services.</p>
                  <p><a class="button" href="/productpage">To the book</a></p>
                </section>
                """);
    }

    static String book(Book book, Part part, Optional<String> user) {
        return frame(
                login(user),
                """
                <section class="book">
                  <h1>%s</h1>
                  <p>%s</p>
                </section>
                <section class="card" id="details">
                  <h2>Book Details</h2>
                %s</section>
                <section class="card" id="reviews">
                  <h2>Book Reviews</h2>
                %s</section>
                <footer>
                  <p>Page served by: <b>%s</b></p>
                  %s
                  %s
                </footer>
                """
                        .formatted(
                                escape(book.title()),
                                book.descriptionHtml(),
                                details(part.details()),
                                reviews(part.reviews()),
                                escape(part.pod()),
                                servedBy("Details", part.details().pods()),
                                servedBy("Reviews", part.reviews().pods())));
    }

    private static String frame(String aside, String content) {
        return """
        <!DOCTYPE html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <title>Simple Bookstore App</title>
          <link rel="stylesheet" href="/static/bookinfo.css">
        </head>
        <body>
        <header>
          <a class="brand" href="/productpage">Bookinfo</a>
          %s</header>
        <main>
        %s</main>
        </body>
        </html>
        """
                .formatted(aside, content);
    }

    private static String login(Optional<String> user) {
        return user.map(name ->
                        """
                        <p>Signed in as <b id="user">%s</b> \
                        <a class="button" href="/logout">Sign out</a></p>
                        """
                                .formatted(escape(name)))
                .orElse(
                        """
                        <form action="/login" method="post">
                            <input name="username" placeholder="User name" required \
                        aria-label="User name">
                            <input name="passwd" type="password" placeholder="Any password" \
                        aria-label="Password">
                            <button class="button">Sign in</button>
                          </form>
                        """);
    }

    private static String details(Peers.Answer answer) {
        return answer.json()
                .map(book ->
                        """
                          <dl>
                            <dt>Type</dt><dd>%s</dd>
                            <dt>Pages</dt><dd>%s</dd>
                            <dt>Publisher</dt><dd>%s</dd>
                            <dt>Language</dt><dd>%s</dd>
                            <dt>Author</dt><dd>%s, %s</dd>
                            <dt>ISBN-10</dt><dd>%s</dd>
                            <dt>ISBN-13</dt><dd>%s</dd>
                          </dl>
                        """
                                .formatted(
                                        text(book, "type"),
                                        text(book, "pages"),
                                        text(book, "publisher"),
                                        text(book, "language"),
                                        text(book, "author"),
                                        text(book, "year"),
                                        text(book, "ISBN-10"),
                                        text(book, "ISBN-13")))
                .orElseGet(() -> error("details"));
    }

    private static String reviews(Peers.Answer answer) {
        return answer.json()
                .map(body -> {
                    var html = new StringBuilder();
                    body.at("reviews").items().forEach(r -> html.append(review(r)));
                    html.append(
                            "  <p class=\"served\">Reviews served by: <u>%s</u></p>\n"
                                    .formatted(text(body, "podname")));
                    return html.toString();
                })
                .orElseGet(() -> error("reviews"));
    }

    private static String review(Json review) {
        return """
          <blockquote>
            <p>%s</p>
            <cite>%s</cite>
            %s
          </blockquote>
        """
                .formatted(
                        text(review, "text"),
                        text(review, "reviewer"),
                        rating(review.at("rating")));
    }

    private static String rating(Json rating) {
        if (!rating.at("error").text().isEmpty()) {
            return "<p class=\"error\">%s</p>".formatted(text(rating, "error"));
        }
        if (!(rating.at("stars") instanceof Json.Num(var literal))) {
            return "";
        }
        int stars = (int) Math.clamp(Double.parseDouble(literal), 0, MAX_STARS);
        return "<p class=\"stars %s\" title=\"%d of %d stars\">%s<i>%s</i></p>"
                .formatted(
                        rating.at("color").text().equals("red") ? "red" : "black",
                        stars,
                        MAX_STARS,
                        "★".repeat(stars),
                        "★".repeat(MAX_STARS - stars));
    }

    private static String error(String what) {
        return """
          <div class="error">
            <b>Error fetching product %s!</b>
            <p>%s</p>
          </div>
        """
                .formatted(what, apology(what));
    }

    private static String servedBy(String what, String pods) {
        return "<p>%s: <b>%s</b></p>".formatted(what, pods.isEmpty() ? "none" : escape(pods));
    }

    private static String text(Json object, String member) {
        return escape(object.at(member).text());
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
