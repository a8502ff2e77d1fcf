package dev.heddle.cli.text;

import java.util.ArrayList;
import java.util.List;

/// Rows under headings, in columns as wide as their widest cell. The last column may be as long as
/// it likes.
///
/// @param headings in capitals, as kubectl writes them
public record Table(List<String> headings, List<List<String>> rows) {
    private static final String GAP = "   ";

    public Table {
        headings = List.copyOf(headings);
        rows = List.copyOf(rows);
        for (var row : rows) {
            if (row.size() != headings.size()) {
                throw new IllegalArgumentException(
                        "row: %s (expected: %d cells)".formatted(row, headings.size()));
            }
        }
    }

    /// The table as lines, each with its line end.
    public String print() {
        var all = new ArrayList<List<String>>();
        all.add(headings);
        all.addAll(rows);
        var text = new StringBuilder();
        for (var row : all) {
            var line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                String cell = row.get(column);
                line.append(cell);
                if (column < row.size() - 1) {
                    line.repeat(' ', width(all, column) - cell.length()).append(GAP);
                }
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }
}
