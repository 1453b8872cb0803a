using Microsoft.Extensions.Logging.Abstractions;
using Postern.Protocol.Messages;
using Postern.Server.Nodes;
using Postern.Server.Sessions;
using Postern.Server.Settings;
using Postern.Tests.DataStream;
using Postern.Tests.Storage;
using Postern.Tests.Support;

namespace Postern.Tests.Sessions;

/// <summary>What a node says of the end of a session goes to logs, to the history and to a person's terminal.</summary>
public sealed class HostileNodeTests
{
    [Fact]
    public async Task What_a_node_reports_is_bounded_and_obeyed_by_no_terminal()
    {
        var time = new ManualTime();
        await using var database = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var store = new SessionStore(database.Database, time);
        await using var sessions = new LiveSessions(store, new NodeConnections(), new SessionLimits(), new SessionJournal(_ => { }, new ServerOptions(), time), time, NullLogger<LiveSessions>.Instance);
        var row = SessionRows.New(started: time.GetUtcNow());
        await store.InsertAsync(row, "hash", time.GetUtcNow(), 0, default);
        var session = sessions.Add(row, MessageFactory.Raw(AgentMessageType.InteractiveShell, "{}"u8, time));

        var content = new AgentTaskCompleteContent
        {
            TaskId = row.Id,
            FinalTaskStatus = "Failed",
            Output = "\u001b]0;owned\u0007first line\nsecond\0 line \u009b2J" + new string('x', 100_000),
            S3UrlSuffix = null!,
            CwlStream = "stream\r\nforged line",
        };
        await sessions.CompleteTaskAsync(row.NodeId, content, default);

        var end = await session.Ending.WaitAsync(Deadline.Time);
        await session.Over.WaitAsync(Deadline.Time);
        var kept = (await store.FindAsync(row.Id, default))!;
        Assert.StartsWith(" ]0;owned first line\nsecond  line  2J", end.Output);
        Assert.Equal(NodeText.MaxOutput, end.Output.Length);
        Assert.Equal(NodeText.MaxDetails, kept.Details!.Length);
        Assert.DoesNotContain(kept.Details, char.IsControl);
        Assert.Equal(("stream  forged line", null), (kept.CloudwatchUrl, kept.S3Url));
    }

    [Fact]
    public async Task A_node_cannot_end_another_node_s_session()
    {
        var time = new ManualTime();
        await using var database = await DatabaseFixture.CreateAsync(DatabaseKind.Sqlite);
        var store = new SessionStore(database.Database, time);
        await using var sessions = new LiveSessions(store, new NodeConnections(), new SessionLimits(), new SessionJournal(_ => { }, new ServerOptions(), time), time, NullLogger<LiveSessions>.Instance);
        var row = SessionRows.New(started: time.GetUtcNow());
        await store.InsertAsync(row, "hash", time.GetUtcNow(), 0, default);
        var session = sessions.Add(row, MessageFactory.Raw(AgentMessageType.InteractiveShell, "{}"u8, time));

        await sessions.CompleteTaskAsync("mi-0fedcba9876543210", new AgentTaskCompleteContent { TaskId = row.Id, FinalTaskStatus = "Failed" }, default);
        await session.DecidedAsync(default).WaitAsync(Deadline.Time);

        Assert.False(session.Ending.IsCompleted);
        Assert.Equal(0, (await store.FindAsync(row.Id, default))!.AgentDone);
    }

    [Fact]
    public void A_cut_text_ends_between_characters()
        => Assert.Equal(NodeText.MaxDetails - 1, NodeText.Details(new string('x', NodeText.MaxDetails - 1) + "\U0001F511").Length);
}
