using System.Text.Json.Serialization;
using System.Xml;
using Postern.Protocol.Messages;

namespace Postern.Agent.Control;

/// <summary>Body of CreateControlChannel and CreateDataChannel; only the latter has a client id, which agents leave empty.</summary>
internal sealed record CreateChannelRequest(string RequestId, string? ClientId)
{
    public string MessageSchemaVersion => ProtocolVersions.MessageSchema;
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateChannelRequest))]
internal sealed partial class ControlJsonContext : JsonSerializerContext;

/// <summary>Answer to both: XML with any root, whose TokenValue opens the channel.</summary>
internal static class CreateChannelResponse
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null };

    /// <summary>Throws <see cref="HttpRequestException"/> when there is no token in it.</summary>
    public static string ReadToken(string body)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(body), Settings);
            while (reader.Read())
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "TokenValue" } && reader.ReadElementContentAsString() is { Length: > 0 } token)
                    return token;
        }
        catch (XmlException error)
        {
            throw new HttpRequestException(HttpRequestError.InvalidResponse, $"it opened a channel with an answer that is not XML: {error.Message}", error);
        }
        throw new HttpRequestException(HttpRequestError.InvalidResponse, "it opened a channel without a TokenValue");
    }
}
