package dev.heddle.proxy.filter.transcoder;

/// Takes JSON as it is read. Names and texts have one character a byte; a name is empty within a
/// list and at the top.
interface JsonEvents {
    void startObject(String name);

    void endObject();

    void startList(String name);

    void endList();

    void value(String name, JsonValue value);
}
