using System.Buffers.Binary;
using System.Text;
using Postern.Protocol.Recordings;
using Postern.Server.Recordings.Flows;
using Postern.Server.Sessions;
using Postern.Tests.Sessions;

namespace Postern.Tests.Recordings;

public sealed class SessionFlowsTests
{
    private readonly List<string> _events = [];

    [Theory]
    [InlineData((byte)1)]
    [InlineData((byte)0x50)]
    public void Connections_are_told_wherever_their_frames_are_cut(byte version)
    {
        byte[] up = [.. Frame(version, 0, 3), .. Frame(version, 2, 3, "GET /"), .. Frame(version, 0, 5), .. Frame(version, 1, 3), .. Frame(version, 2, 5, "x")];
        byte[] down = [.. Frame(version, 2, 3, "200 and much more"), .. Frame(version, 1, 3)];
        for (var cut = 1; cut < up.Length; cut++)
        {
            _events.Clear();
            var flows = Flows(SessionRows.NewPort());
            flows.Pass(SessionSide.Client, up.AsSpan(0, cut), 10);
            flows.Pass(SessionSide.Client, up.AsSpan(cut), 10);
            flows.Pass(SessionSide.Agent, down, 30);
            flows.CloseAll(50, "The session ended.");
            Assert.Equal(
            [
                """f {"event":"opened","connection":1,"host":"db","port":5432}""",
                """f {"event":"opened","connection":2,"host":"db","port":5432}""",
                """f {"event":"closed","connection":1,"host":"db","port":5432,"lasted":20,"toNode":5,"toClient":17}""",
                """f {"event":"closed","connection":2,"host":"db","port":5432,"lasted":40,"toNode":1,"toClient":0,"reason":"The session ended."}""",
            ], _events.Where(found => found[0] == 'f'));
        }
    }

    [Fact]
    public void A_reset_closes_a_connection_with_its_reason()
    {
        var flows = Flows(SessionRows.NewPort());
        flows.Pass(SessionSide.Client, Frame(0x50, 0, 3), 10);
        flows.Pass(SessionSide.Agent, Frame(0x50, 5, 3, "db:5432: refused\u001b[2J"), 20);
        Assert.Equal(0, flows.Count);
        Assert.Contains("\"reason\":\"db:5432: refused", _events[^1]);
        Assert.DoesNotContain("\\u001b", _events[^1], StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void An_ssh_session_is_one_connection()
    {
        var flows = Flows(SessionRows.NewSsh());
        flows.Pass(SessionSide.Agent, "SSH-2.0-OpenSSH"u8, 10);
        flows.Pass(SessionSide.Client, "SSH-2.0-me"u8, 11);
        flows.CloseAll(20, "The session ended.");
        Assert.Equal(2, _events.Count);
        Assert.Contains("\"toNode\":10,\"toClient\":15", _events[1]);
    }

    [Fact]
    public void Connections_are_found_again_after_messages_were_lost()
    {
        var flows = Flows(SessionRows.NewPort());
        flows.Pass(SessionSide.Client, Frame(0x50, 0, 3), 10);
        flows.Gap(20, "The gateway was restarted.");
        flows.Pass(SessionSide.Client, [.. Encoding.ASCII.GetBytes("the rest of a frame"), .. Frame(0x50, 2, 3, "abc"), .. Frame(0x50, 0, 5)], 30);
        flows.Pass(SessionSide.Agent, Frame(0x50, 2, 5, "hello"), 30);
        flows.CloseAll(40, "");
        Assert.Contains(_events, found => found.Contains("\"opened\",\"connection\":2,\"host\":\"db\",\"port\":5432,\"reason\":\"It was open before"));
        Assert.Contains("\"toNode\":3,\"toClient\":0", _events.Single(found => found.Contains("closed") && found.Contains("\"connection\":2")));
        Assert.Contains("\"toNode\":0,\"toClient\":5", _events.Single(found => found.Contains("closed") && found.Contains("\"connection\":3")));
    }

    [Fact]
    public void Of_a_connection_too_many_it_is_said_that_it_is_not_followed()
    {
        var flows = Flows(SessionRows.NewPort());
        for (var stream = 1u; stream <= SessionFlows.MaxFlows; stream++)
            flows.Pass(SessionSide.Client, Frame(0x50, 0, stream), 10);
        Assert.All(_events, told => Assert.DoesNotContain("reason", told, StringComparison.Ordinal));

        flows.Pass(SessionSide.Client, [.. Frame(0x50, 0, 9999), .. Frame(0x50, 2, 9999, "DROP TABLE x")], 20);

        Assert.Equal(SessionFlows.MaxFlows, flows.Count);
        Assert.Equal(SessionFlows.MaxFlows + 1, _events.Count);
        Assert.Contains($"\"connection\":{SessionFlows.MaxFlows + 1}", _events[^1], StringComparison.Ordinal);
        Assert.Contains("of this one nothing more is recorded", _events[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Noise_is_endured()
    {
        var random = new Random(7);
        var noise = new byte[5000];
        for (var i = 0; i < 500; i++)
        {
            var flows = Flows(SessionRows.NewPort());
            random.NextBytes(noise);
            Frame(0x50, 0, 3).CopyTo(noise, 0);
            flows.Pass(SessionSide.Client, noise, 1);
            flows.Pass(SessionSide.Agent, noise.AsSpan(random.Next(100)), 2);
            flows.CloseAll(3, "");
            Assert.Equal(0, flows.Count);
        }
    }

    private SessionFlows Flows(SessionRow row)
    {
        (row.RemoteHost, row.RemotePort) = ("db", 5432);
        return new SessionFlows(row, (kind, body) => _events.Add($"{(char)kind} {Encoding.UTF8.GetString(body)}"), 0);
    }

    private static byte[] Frame(byte version, byte command, uint stream, string body = "")
    {
        var frame = new byte[8 + Encoding.UTF8.GetByteCount(body)];
        (frame[0], frame[1]) = (version, command);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(2), (ushort)(frame.Length - 8));
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), stream);
        Encoding.UTF8.GetBytes(body, frame.AsSpan(8));
        return frame;
    }
}
