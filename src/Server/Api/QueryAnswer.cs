using System.Globalization;
using System.Text;
using System.Xml;

namespace Postern.Server.Api;

/// <summary>The XML answer of the query protocol, written member by member into the operation's result.</summary>
internal sealed class QueryAnswer : IDisposable
{
    private readonly MemoryStream _buffer = new();
    private readonly XmlWriter _xml;
    private readonly string _requestId;

    public QueryAnswer(QueryService service, string operation, string requestId)
    {
        _requestId = requestId;
        _xml = QueryXml.Write(_buffer);
        _xml.WriteStartElement(operation + "Response", service.Namespace);
        _xml.WriteStartElement(operation + "Result", service.Namespace);
    }

    /// <summary>An absent value leaves no element.</summary>
    public QueryAnswer Text(string name, string? value)
    {
        if (value is not null) QueryXml.Element(_xml, name, value);
        return this;
    }

    public QueryAnswer Number(string name, long value) => Text(name, value.ToString(CultureInfo.InvariantCulture));

    public QueryAnswer Flag(string name, bool value) => Text(name, value ? "true" : "false");

    /// <param name="name">The element.</param>
    /// <param name="milliseconds">Since 1970, UTC; answers tell whole seconds.</param>
    public QueryAnswer Time(string name, long? milliseconds)
        => Text(name, milliseconds is { } time ? DateTimeOffset.FromUnixTimeMilliseconds(time).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) : null);

    public QueryAnswer Structure(string name, Action members)
    {
        _xml.WriteStartElement(name);
        members();
        _xml.WriteEndElement();
        return this;
    }

    /// <summary>A list, each item a member element; an empty list is an empty element.</summary>
    public QueryAnswer List<T>(string name, IEnumerable<T> items, Action<T> members) => Structure(name, () =>
    {
        foreach (var item in items) Structure("member", () => members(item));
    });

    public QueryAnswer Texts(string name, IEnumerable<string> items) => Structure(name, () =>
    {
        foreach (var item in items) Text("member", item);
    });

    /// <summary>The whole answer; nothing can be written after it.</summary>
    public byte[] Finish()
    {
        _xml.WriteEndElement();
        _xml.WriteStartElement("ResponseMetadata");
        QueryXml.Element(_xml, "RequestId", _requestId);
        _xml.WriteEndDocument();
        _xml.Flush();
        return _buffer.ToArray();
    }

    public void Dispose() => _xml.Dispose();
}

/// <summary>XML that any text can be put into.</summary>
internal static class QueryXml
{
    private static readonly XmlWriterSettings Settings = new() { OmitXmlDeclaration = true, Encoding = new UTF8Encoding(false), CheckCharacters = false };

    public static XmlWriter Write(Stream target) => XmlWriter.Create(target, Settings);

    public static void Element(XmlWriter xml, string name, string value)
    {
        xml.WriteStartElement(name);
        xml.WriteString(Legal(value));
        xml.WriteEndElement();
    }

    // XML 1.0 has no way at all to write most control characters and lone surrogates.
    private static string Legal(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (XmlConvert.IsXmlChar(text[i])) continue;
            if (i + 1 < text.Length && XmlConvert.IsXmlSurrogatePair(text[i + 1], text[i])) { i++; continue; }
            return string.Concat(text.EnumerateRunes().Select(rune => rune.Value > char.MaxValue || XmlConvert.IsXmlChar((char)rune.Value) ? rune.ToString() : "\uFFFD"));
        }
        return text;
    }
}
