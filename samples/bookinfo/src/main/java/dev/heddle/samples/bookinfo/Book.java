package dev.heddle.samples.bookinfo;

/// A book that is for sale.
record Book(int id, String title, String descriptionHtml) {
    /// The one book of this shop.
    static final Book ONLY =
            new Book(
                    0,
                    "The Comedy of Errors",
                    "<a href=\"https://en.wikipedia.org/wiki/The_Comedy_of_Errors\">The Comedy of"
                            + " Errors</a> is among the first plays of <b>William"
                            + " Shakespeare</b>, and the shortest. Two pairs of twins, parted at"
                            + " birth, come to one town, and nobody gets the right answer from the"
                            + " right one: a fitting book for people who route requests.");

    Json toJson() {
        return Json.object("id", id, "title", title, "descriptionHtml", descriptionHtml);
    }
}
