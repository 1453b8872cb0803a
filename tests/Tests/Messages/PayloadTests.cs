using System.Text.Json;
using Postern.Protocol.Messages;

namespace Postern.Tests.Messages;

/// <summary>JSON as stock ends write it, and as they need it.</summary>
public sealed class PayloadTests
{
    [Fact]
    public void A_stock_handshake_response_is_read()
    {
        const string text = """{"ClientVersion":"1.2.677.0","ProcessedClientActions":[{"ActionType":"SessionType","ActionStatus":1,"ActionResult":null,"Error":""}],"Errors":null}""";
        var response = JsonSerializer.Deserialize(text, MessagesJsonContext.Default.HandshakeResponseContent)!;
        Assert.Equal("1.2.677.0", response.ClientVersion);
        Assert.Equal(("SessionType", 1), (response.ProcessedClientActions.Single().ActionType, response.ProcessedClientActions.Single().ActionStatus));
        Assert.Null(response.Postern);
        Assert.Equal(text, JsonSerializer.Serialize(response, MessagesJsonContext.Default.HandshakeResponseContent));
    }

    [Fact]
    public void The_offer_stands_in_the_handshake_only_when_there_is_one()
    {
        var plain = JsonSerializer.Serialize(new HandshakeRequestContent(), MessagesJsonContext.Default.HandshakeRequestContent);
        Assert.DoesNotContain("Postern", plain, StringComparison.Ordinal);
        var offer = new HandshakeRequestContent { Postern = new PosternOffer { MaxPayload = 65416, ExtendedMux = true } };
        var text = JsonSerializer.Serialize(offer, MessagesJsonContext.Default.HandshakeRequestContent);
        Assert.EndsWith("""
            "Postern":{"Version":1,"MaxPayload":65416,"ExtendedMux":true}}
            """.Trim(), text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_destination_error_carries_nothing_a_terminal_would_obey()
    {
        var offer = JsonSerializer.Deserialize("{\"Postern\":{\"DestinationError\":\"a\\u001b[2Jb\\nc\"}}", MessagesJsonContext.Default.HandshakeRequestContent)!.Postern!;
        Assert.Equal("a [2Jb c", offer.DestinationError);
    }

    [Fact]
    public void Names_are_read_in_any_case_and_unknown_members_are_ignored()
    {
        var closed = JsonSerializer.Deserialize("""{"sessionid":"s","OUTPUT":"o","Unknown":[{}]}""", MessagesJsonContext.Default.ChannelClosedContent)!;
        Assert.Equal(("s", "o"), (closed.SessionId, closed.Output));
    }

    [Fact]
    public void Channel_closed_carries_its_id_and_strings_only()
    {
        var frame = MessageFactory.ChannelClosed("session", "node", "why", TimeProvider.System);
        Assert.True(AgentMessageCodec.TryRead(frame, out var header, out _));
        using var json = JsonDocument.Parse(AgentMessageCodec.PayloadOf((ReadOnlyMemory<byte>)frame));
        Assert.Equal(header.MessageId.ToString(), json.RootElement.GetProperty("MessageId").GetString());
        foreach (var member in json.RootElement.EnumerateObject())
            Assert.Equal(member.Name == "SchemaVersion" ? JsonValueKind.Number : JsonValueKind.String, member.Value.ValueKind);
    }

    [Fact]
    public void Sizes_have_small_names()
    {
        Assert.Equal("""{"cols":120,"rows":30}""", JsonSerializer.Serialize(new SizeContent(120, 30), MessagesJsonContext.Default.SizeContent));
    }
}
