namespace Postern.Server.Iam.Policies.Reading;

internal enum JsonShape
{
    Object,
    List,
    String,
    Number,
    Boolean,
    Null,
}

/// <summary>A JSON value that knows where it stands. Text is the string, or the number or Boolean as written.</summary>
internal sealed class JsonElementAt(JsonShape shape, string path, long offset, JsonPosition position)
{
    public JsonShape Shape => shape;

    public string Path => path;

    public string Text { get; init; } = "";

    /// <summary>The byte it begins with.</summary>
    public long Start => offset;

    /// <summary>The byte behind it; of objects only.</summary>
    public long End { get; set; }

    /// <summary>The values of a list.</summary>
    public List<JsonElementAt> Items { get; } = [];

    /// <summary>The members of an object, in the order written, each name once.</summary>
    public List<JsonMember> Members { get; } = [];

    /// <summary>What to throw about this value.</summary>
    public PolicyException Fault(string reason) => position.Fault(reason, path, offset);

    /// <summary>The shape in words, for errors.</summary>
    public string Described => shape switch
    {
        JsonShape.Object => "an object",
        JsonShape.List => "a list",
        JsonShape.String => "a string",
        JsonShape.Number => "a number",
        JsonShape.Boolean => "a Boolean",
        _ => "null",
    };
}

/// <summary>A member of an object; the offset is that of its name.</summary>
internal sealed record JsonMember(string Name, JsonElementAt Value, long Offset, JsonPosition Position)
{
    /// <summary>What to throw about the name.</summary>
    public PolicyException Fault(string reason) => Position.Fault(reason, Value.Path, Offset);
}
