using System.Text;
using System.Text.RegularExpressions;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Recordings;

/// <summary>Recordings next to what a client received, with programs that people use.</summary>
public sealed class RecordingTests(World world)
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(120), Soon = TimeSpan.FromSeconds(10);

    public static TheoryData<string, int> Agents => new()
    {
        { World.OurAgent, Environment.GetEnvironmentVariable("POSTERN_LONG") == "1" ? 100_000_000 : 20_000_000 }, { World.StockAgent, 2_000_000 },
    };

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task A_recording_has_each_byte_that_the_client_received_and_every_changed_one_is_found(string agent, int loud)
    {
        foreach (var program in new[] { "vim", "less", "top", "tmux" })
            Repository.Require(program);
        var node = await world.NodeAsync(agent);
        await using var client = await RawClient.StartAsync(node.Gateway, node.Id);
        await client.AnswersAsync("stty rows 30 cols 100; export TERM=xterm LC_ALL=C.UTF-8; echo be''gun\r", "begun");
        await client.AnswersAsync("vim -u NONE /etc/passwd\r", "root");
        await client.AnswersAsync("GOa line of mine\u001b:q!\r", @"\x1b\[\?1049l");
        await client.AnswersAsync("seq 1000 | less\r", "29");
        await client.AnswersAsync(" ", "58");
        await client.AnswersAsync("q", @"\x1b\[\?1049l");
        await client.AnswersAsync("top -n 2 -d 0.3; echo t''op is over\r", "top is over");
        await client.AnswersAsync($"tmux -L {client.SessionId} -f /dev/null new-session 'echo in the window; sleep 1'; echo tm''ux is over\r", "tmux is over");
        await client.AnswersAsync("for i in 1 2 3 4 5 6 7 8 9; do printf 'Gr\\303'; sleep 0.05; printf '\\274\\303\\237e \\360\\237'; sleep 0.05; printf '\\230\\200'; done; echo char''acters are over\r", "characters are over");
        await client.AnswersAsync("head -c 300000 /dev/urandom | base64 -w0; head -c 300000 /dev/urandom; echo no''ise is over\r", "noise is over", Long);
        await client.AnswersAsync($"yes | head -c {loud}; echo ye''s is over\r", "yes is over", Long);
        await client.SendAsync("exit\r");
        Assert.Equal(0, await client.ExitAsync());

        var folder = Repository.MakeFolder("recording");
        try
        {
            var shown = Path.Combine(folder, "shown");
            await ExportAsync(node.Gateway, client.SessionId, "raw", shown);
            AssertSame(client.Received, await File.ReadAllBytesAsync(shown));
            await FindsEachChangeAsync(node.Gateway, client.SessionId, Path.Combine(folder, "copy.prec"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_gateway_that_is_killed_goes_on_in_the_same_recording()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var client = await RawClient.StartAsync(gateway, node.Id);
        await client.AnswersAsync("echo be''fore\r", "before");
        await Deadline.UntilAsync("what was shown in the recording", async () => Encoding.UTF8.GetString(await ExportAsync(gateway, client.SessionId, "raw")).Contains("before", StringComparison.Ordinal));
        await client.SendAsync("for i in $(seq 1000); do echo line-$i; sleep 0.005; done; echo af''ter\r");
        await client.SeesAsync("line-100\r");

        await gateway.KillAsync();
        await gateway.StartAgainAsync();

        await client.SeesAsync("after", within: Long);
        await client.SendAsync("exit\r");
        Assert.Equal(0, await client.ExitAsync());
        await StoredAsync(gateway, client.SessionId);
        await VerifyAsync(gateway, client.SessionId);
        var text = Encoding.UTF8.GetString(await ExportAsync(gateway, client.SessionId, "raw"));
        Assert.Contains("before", text);
        Assert.Contains("after", text);
        // What was shown in the last moment before the kill may be missing, nothing comes twice, and the recording says so itself.
        var lines = Regex.Matches(text, @"line-(\d+)\r").Select(line => int.Parse(line.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(lines.Distinct().Order(), lines);
        Assert.Contains("The gateway was restarted; the recording goes on.", Encoding.UTF8.GetString(await ExportAsync(gateway, client.SessionId, "jsonl")));
        if (lines.Count < 1000)
            Assert.Contains("They passed before the gateway was restarted", Encoding.UTF8.GetString(await ExportAsync(gateway, client.SessionId, "jsonl")));
    }

    [Fact]
    public async Task A_live_session_is_watched_ended_found_without_its_passwords_held_and_deleted()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var client = await RawClient.StartAsync(gateway, node.Id);
        await client.AnswersAsync("echo a nee''dle here\r", "a needle here");
        await client.AnswersAsync("bash -c 'read -s -p \"Pass\"\"word: \" secret; echo \"go\"\"t it\"'\r", "Password: ");
        await client.AnswersAsync("hunter2-correct-horse\r", "got it");

        await using var watcher = TerminalProcess.Start(PosternPerson.Postern(gateway, "watch", client.SessionId), columns: 120, rows: 40);
        await watcher.SeesAsync("a needle here");
        await client.AnswersAsync("echo li''ve\r", "live");
        await watcher.SeesAsync("live");

        await Child.OutputOfAsync(PosternPerson.Postern(gateway, "terminate", client.SessionId));
        await client.ExitAsync(Soon);
        Assert.Equal(0, await watcher.ExitAsync(Soon));
        await Deadline.UntilAsync("the shell to end", () => node.ProcessesOfSessions().Count == 0, Soon);

        await StoredAsync(gateway, client.SessionId);
        await Deadline.UntilAsync("its words in the index", async () => (await Child.RunAsync(PosternPerson.Postern(gateway, "search", "a needle here"))).Output.Contains(client.SessionId, StringComparison.Ordinal));
        Assert.NotEqual(0, (await Child.RunAsync(PosternPerson.Postern(gateway, "search", "hunter2*"))).ExitCode);
        Assert.DoesNotContain("hunter2", Encoding.UTF8.GetString(await ExportAsync(gateway, client.SessionId, "jsonl")));
        Assert.Contains("hunter2", await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "export", "--format", "jsonl", "--secrets", client.SessionId)));

        await RecordingsAsync("hold", client.SessionId, "--reason", "Case 7");
        var refused = await Child.RunAsync(PosternPerson.Postern(gateway, "recordings", "delete", client.SessionId));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Case 7", refused.All);
        await RecordingsAsync("hold", client.SessionId, "--release");
        await RecordingsAsync("delete", client.SessionId);
        Assert.NotEqual(0, (await Child.RunAsync(PosternPerson.Postern(gateway, "search", "a needle here"))).ExitCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(gateway.Folder, "recordings"), "*.prec", SearchOption.AllDirectories));

        Task RecordingsAsync(params string[] arguments) => Child.OutputOfAsync(PosternPerson.Postern(gateway, ["recordings", .. arguments]));
    }

    private static void AssertSame(byte[] received, byte[] recorded)
    {
        var same = received.AsSpan().CommonPrefixLength(recorded);
        Assert.True(same == recorded.Length && same == received.Length,
            $"{recorded.Length} bytes were recorded and {received.Length} received; the first {same} are the same, then came {Around(received, same)} and was recorded {Around(recorded, same)}");
    }

    private static string Around(byte[] bytes, int at) => Convert.ToHexString(bytes.AsSpan(at, Math.Min(32, bytes.Length - at)));

    private static async Task FindsEachChangeAsync(Gateway gateway, string id, string copy)
    {
        await StoredAsync(gateway, id);
        await VerifyAsync(gateway, id);
        await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "export", "--format", "sealed", "-o", copy, id));
        await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "verify", copy));
        var whole = await File.ReadAllBytesAsync(copy);
        foreach (var place in new[] { whole.Length / 4, whole.Length / 2, whole.Length - 10 })
        {
            whole[place] ^= 1;
            await File.WriteAllBytesAsync(copy, whole);
            whole[place] ^= 1;
            var verdict = await Child.RunAsync(PosternPerson.Postern(gateway, "recordings", "verify", copy));
            Assert.Equal(1, verdict.ExitCode);
            Assert.Matches(@"is not as it was written\. .*[Cc]hunk \d+", verdict.All);
        }
    }

    private static Task VerifyAsync(Gateway gateway, string id) => Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "verify", "--data", gateway.Folder, id));

    private static Task StoredAsync(Gateway gateway, string id) => Deadline.UntilAsync("the recording to have its end", async () =>
        (await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "list", "--json"))) is var list && Regex.IsMatch(list, $"\"{Regex.Escape(id)}\"[^}}]*\"Status\":\\s*\"Complete\"", RegexOptions.IgnoreCase));

    private static async Task ExportAsync(Gateway gateway, string id, string format, string file)
    {
        await StoredAsync(gateway, id);
        await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "export", "--format", format, "-o", file, id), within: Long);
    }

    private static async Task<byte[]> ExportAsync(Gateway gateway, string id, string format)
        => Encoding.UTF8.GetBytes((await Child.RunAsync(PosternPerson.Postern(gateway, "recordings", "export", "--format", format, id), within: Long)).Output);
}
