package dev.heddle.model.service;

/// Where something is, from the large to the small. Each part may be empty.
public record Locality(String region, String zone, String subZone) {
    /// Nowhere in particular.
    public static final Locality UNKNOWN = new Locality("", "", "");

    /// Reads `region/zone/subzone`, of which the end may be missing.
    public static Locality parse(String text) {
        String[] parts = text.split("/", 3);
        return new Locality(
                parts[0], parts.length > 1 ? parts[1] : "", parts.length > 2 ? parts[2] : "");
    }

    @Override
    public String toString() {
        String full = region + "/" + zone + "/" + subZone;
        return full.replaceAll("/+$", "");
    }
}
