using System.Text.RegularExpressions;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Recordings;

/// <summary>Recordings proved and shown by the id of their session, with the real programs.</summary>
public sealed class VerifyTests
{
    [Fact]
    public async Task A_recording_is_fetched_and_proved_where_the_person_is_and_shown_with_its_session()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        var (first, second) = (await RecordAsync(gateway, node), await RecordAsync(gateway, node));
        var home = Repository.MakeFolder("keys");
        try
        {
            var met = await RunAsync(true, "recordings", "verify", first);
            Assert.Contains($"{first} is whole", met);
            Assert.Contains("met for the first time", met);
            var known = Path.Combine(home, "postern", "recording-keys");
            var fingerprint = (await RunAsync(true, "recordings", "key")).Split(' ')[0];
            Assert.Equal($"{gateway.Endpoint.TrimEnd('/')} {fingerprint}\n", await File.ReadAllTextAsync(known));
            Assert.Contains($"the key that {known} has", await RunAsync(true, "recordings", "verify", second));
            Assert.Contains("is whole", await RunAsync(true, "recordings", "verify", "--key", fingerprint, second));

            // The gateway is believed nothing: neither a changed file, nor another one, nor another key.
            var (one, other) = (FileOf(first), FileOf(second));
            var good = await File.ReadAllBytesAsync(one);
            var bad = good.ToArray();
            bad[^150] ^= 1;
            await File.WriteAllBytesAsync(one, bad);
            Assert.Matches(@"is not as it was written\. .*[Cc]hunk \d+", await RunAsync(false, "recordings", "verify", first));
            File.Copy(other, one, overwrite: true);
            Assert.Contains("RecordingDamagedException", await RunAsync(false, "recordings", "verify", first)); // the gateway gives out no other session's file
            Assert.Contains($"is the recording of another session, {second}", await RunAsync(false, "recordings", "verify", "--data", gateway.Folder, first));
            await File.WriteAllBytesAsync(one, good);
            await File.WriteAllTextAsync(known, $"{gateway.Endpoint.TrimEnd('/')} {new string('0', 32)}\n");
            Assert.Contains($"names the key {fingerprint}, not {new string('0', 32)}", await RunAsync(false, "recordings", "verify", first));

            await RunAsync(true, "recordings", "hold", first, "--reason", "Case 7");
            var shown = await RunAsync(true, "sessions", "show", first);
            Assert.Matches($@"recording +Complete, mode ifPossible, {good.Length} bytes", shown);
            Assert.Matches(@"held +Case 7 \(arn:aws:iam::\d+:user/", shown);
            Assert.Contains($"\"bytes\":{good.Length}", await RunAsync(true, "sessions", "show", "--json", first));
            var listed = System.Text.Json.Nodes.JsonNode.Parse(await RunAsync(true, "recordings", "list", "--json"))!.AsArray(); // as the help has it
            Assert.Contains(first, listed.Where(entry => entry!["gaps"]!.GetValue<long>() == 0).Select(entry => entry!["sessionId"]!.GetValue<string>()));
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }

        string FileOf(string id) => Directory.GetFiles(Path.Combine(gateway.Folder, "recordings"), $"{id}.prec", SearchOption.AllDirectories).Single();

        async Task<string> RunAsync(bool succeeds, params string[] arguments)
        {
            var result = await Child.RunAsync(PosternPerson.Postern(gateway, arguments).With(new Dictionary<string, string?> { ["XDG_CONFIG_HOME"] = home }));
            Assert.True(succeeds == (result.ExitCode == 0), $"postern {string.Join(' ', arguments)} ended with {result.ExitCode}: {result.All}");
            return result.All;
        }
    }

    [Fact]
    public async Task A_word_of_a_session_is_found_and_stands_in_no_file_also_when_the_gateway_is_killed()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var client = await RawClient.StartAsync(gateway, node.Id);
        await client.AnswersAsync("echo a zebrafinch is in the qu''iet garden # zebrafinch\r", "in the quiet garden");
        await FoundAsync();
        await gateway.KillAsync();
        var looked = 0;
        foreach (var file in Directory.EnumerateFiles(gateway.Folder, "*", SearchOption.AllDirectories))
        {
            looked++;
            Assert.True((await File.ReadAllBytesAsync(file)).AsSpan().IndexOf("zebrafinch"u8) < 0, $"{file} has a word of a session in clear");
        }
        Assert.True(looked > 4);
        Assert.True(File.Exists(Path.Combine(gateway.Folder, "recordings", "index.sealed")));
        await gateway.StartAgainAsync();
        await FoundAsync();

        // By other words of the line: what is asked for stands in the audit log.
        Task FoundAsync() => Deadline.UntilAsync("the line to be found", async () =>
            (await Child.RunAsync(PosternPerson.Postern(gateway, "search", "in the quiet garden"))).Output.Contains("zebrafinch", StringComparison.Ordinal));
    }

    private static async Task<string> RecordAsync(Gateway gateway, OurNode node)
    {
        await using var client = await RawClient.StartAsync(gateway, node.Id);
        await client.AnswersAsync("echo on re''cord\r", "on record");
        await client.SendAsync("exit\r");
        Assert.Equal(0, await client.ExitAsync());
        await Deadline.UntilAsync("the recording to have its end", async () =>
            Regex.IsMatch(await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "list", "--json")), $"\"{Regex.Escape(client.SessionId)}\"[^}}]*\"Status\":\\s*\"Complete\"", RegexOptions.IgnoreCase));
        return client.SessionId;
    }
}
