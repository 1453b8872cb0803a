namespace Postern.Server.Nodes;

/// <summary>A kind of resource that has tags. The feature that owns it registers one.</summary>
/// <param name="ResourceType">As the tag operations name it.</param>
/// <param name="FindSql">Gives a row when there is a resource with this @id.</param>
/// <param name="HoldSql">A write that changes nothing, of that resource: it keeps two callers from passing the limit together.</param>
/// <param name="Unknown">For people: that there is no resource with this id, or that it takes no tags.</param>
internal sealed record TaggedKind(string ResourceType, string FindSql, string HoldSql, Func<string, string> Unknown);
