using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.Messages;
using Postern.Server.Recordings;
using Postern.Server.Sessions;
using Postern.Server.Settings;
using Postern.Server.Storage;
using Postern.Tests.Gateway;
using Postern.Tests.Recordings.Reading;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings;

/// <summary>Recordings and database share a disk: when it is full, neither can be written.</summary>
public sealed class FullDatabaseTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_that_must_be_recorded_ends_with_its_reason_although_no_table_can_be_written()
    {
        await using var host = await ServerHost.StartAsync(options => options with { Recording = RecordingMode.Required });
        using var shell = await RecordedShell.StartAsync(host);
        await shell.ShowAsync("hello\r\n");
        var (database, catalog) = (host.Services.GetRequiredService<Database>(), host.Services.GetRequiredService<RecordingCatalog>());
        var recording = host.Services.GetRequiredService<Recorder>().Find(shell.Id)!;
        string[] writes = ["INSERT ON recordings", "UPDATE ON recordings", "UPDATE ON sessions"];
        foreach (var (write, number) in writes.Select((write, number) => (write, number)))
            await database.ExecuteAsync($"CREATE TRIGGER full_{number} BEFORE {write} BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END", null, Cancel);

        catalog.Ended(catalog.RowOf(recording)); // a row that waits for room
        catalog.Told(recording, RecordingNews.Failed);

        ReceivedFrame frame;
        do
            frame = await shell.Client.ReceiveAsync();
        while (frame.Type != AgentMessageType.ChannelClosed);
        Assert.Contains("has to be recorded", frame.Closed.Output);

        // With room again the table says what became of it.
        for (var number = 0; number < writes.Length; number++)
            await database.ExecuteAsync($"DROP TRIGGER full_{number}", null, Cancel);
        if (host.Services.GetRequiredService<LiveSessions>().Find(shell.Id) is { } session)
            await session.Over.WaitAsync(TimeSpan.FromSeconds(60), Cancel);
        Assert.Equal(SessionState.Failed, (await host.Services.GetRequiredService<SessionStore>().FindAsync(shell.Id, Cancel))!.Status);
    }
}
