/// From text to resources and back.
///
/// [dev.heddle.model.codec.YamlReader] makes a tree that knows its lines,
/// [dev.heddle.model.codec.RecordMapper] makes records of it, and
/// [dev.heddle.model.codec.ResourceReader] puts both together. What a user got wrong is a finding
/// with line and field; no text makes any of them throw, run out of stack or memory, or take longer
/// than its length explains.
@NullMarked
package dev.heddle.model.codec;

import org.jspecify.annotations.NullMarked;
