using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Recordings;

/// <summary>Recordings on a disk of their own that is full before the session is over.</summary>
public sealed class FullDiskTests
{
    private const int DiskMegabytes = 20, BallastMegabytes = 12;
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(120);

    [Fact]
    public async Task Where_recording_is_wished_for_the_session_goes_on_and_is_recorded_again_when_there_is_room()
    {
        await using var gateway = await StartAsync("ifPossible");
        await using var node = await OurNode.StartAsync(gateway);
        await using var client = await RawClient.StartAsync(gateway, node.Id);
        var ballast = Path.Combine(InItsView(gateway), "ballast");
        await File.WriteAllBytesAsync(ballast, new byte[BallastMegabytes << 20]);
        await client.AnswersAsync("yes | head -c 20000000; echo st''ill here\r", "still here", Long);
        Assert.Contains("sessionGoesOn", await FailureAsync(gateway, client.SessionId));

        File.Delete(ballast);
        var text = "";
        await Deadline.UntilAsync("what is shown to be recorded again", async () =>
        {
            await client.AnswersAsync("echo ag''ain\r", "again");
            text = await ExportAsync(gateway, client.SessionId);
            return text.Contains("again", StringComparison.Ordinal);
        }, Long);
        Assert.Contains("The disk did not take them.", text);
        await client.SendAsync("exit\r");
        Assert.Equal(0, await client.ExitAsync());
        var copy = Path.Combine(gateway.Folder, "copy.prec");
        await Deadline.UntilAsync("a recording that is whole", async () =>
        {
            await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "export", "--format", "sealed", "-o", copy, client.SessionId));
            return (await Child.RunAsync(PosternPerson.Postern(gateway, "recordings", "verify", copy))).ExitCode == 0;
        });
    }

    [Fact]
    public async Task Where_recording_is_required_the_session_ends_with_the_reason_and_no_other_begins()
    {
        await using var gateway = await StartAsync("required");
        await using var node = await OurNode.StartAsync(gateway);
        await using var client = await RawClient.StartAsync(gateway, node.Id);
        await client.SendAsync("yes\r");
        await client.ExitAsync(Long);

        Assert.Contains("sessionEnds", await FailureAsync(gateway, client.SessionId));
        var ended = (await gateway.Api.CallAsync("DescribeSessions", new { State = "History" }))["Sessions"]!.AsArray().Single(session => session!["SessionId"]!.GetValue<string>() == client.SessionId)!;
        Assert.Equal("Failed", ended["Status"]!.GetValue<string>());
        Assert.Contains("has to be recorded and cannot be", ended["Details"]!.GetValue<string>());
        var refused = await gateway.Api.TryAsync("StartSession", new { Target = node.Id });
        Assert.NotNull(refused.Error);
        Assert.Contains("has to be recorded and cannot be", refused.Text);
    }

    private static Task<Gateway> StartAsync(string mode)
    {
        Assert.SkipUnless(PrivateRoot.Allowed, "a disk of its own needs root and a mount namespace");
        return Gateway.StartUnderAsync((command, folder) => command.Under("unshare", "--mount", "--propagation", "private", "/bin/sh", "-c",
            $"mkdir -p \"$0\" && mount -t tmpfs -o size={DiskMegabytes}m,mode=700 tmpfs \"$0\" && exec \"$@\"", Path.Combine(folder, "recordings")), "--recording", mode);
    }

    /// <summary>The folder as the gateway sees it.</summary>
    private static string InItsView(Gateway gateway) => $"/proc/{gateway.ProcessId}/root{gateway.Folder}/recordings";

    private static async Task<string> FailureAsync(Gateway gateway, string id)
    {
        var told = "";
        await Deadline.UntilAsync("the failure in the audit log", async () =>
        {
            told = await Child.OutputOfAsync(PosternPerson.Postern(gateway, "audit", "--action", "RecordingFailed", "--limit", "0", "--json"));
            return told.Contains(id, StringComparison.Ordinal);
        });
        return told;
    }

    private static async Task<string> ExportAsync(Gateway gateway, string id) =>
        (await Child.RunAsync(PosternPerson.Postern(gateway, "recordings", "export", "--format", "jsonl", id), within: Long)).Output;
}
