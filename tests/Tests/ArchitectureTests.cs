using System.Text.RegularExpressions;
using System.Xml.Linq;
using Postern.Tests.Support;

namespace Postern.Tests;

/// <summary>Rules about the source itself. Each failure says which file breaks what.</summary>
public sealed partial class ArchitectureTests
{
    /// <summary>Folders of the gateway; each may use itself and those to its left. The design note has the same list.</summary>
    private static readonly string[] ServerFolders = ["Settings", "Storage", "Iam", "Audit", "Logs", "Events", "Peers", "Api", "Identity", "Nodes", "Documents", "Sessions", "Recordings", "Gateway", "CloudTrail", "CloudWatchLogs", "EventBridge", "Hosting"];
    private const int MaxLines = 400, EventBlock = 100;

    [Fact]
    public void Folders_of_the_gateway_use_only_folders_to_their_left()
    {
        var wrong = new List<string>();
        foreach (var file in SourceTree.Files("src/Server").Where(file => file.Folders.Count > 0))
        {
            var own = Array.IndexOf(ServerFolders, file.Folders[0]);
            if (own < 0)
                wrong.Add($"{file.Path}: the folder {file.Folders[0]} has no place in the order");
            foreach (Match use in ServerNamespace().Matches(file.Text))
                if (Array.IndexOf(ServerFolders, use.Groups[1].Value) is var used && used > own)
                    wrong.Add($"{file.Path} uses {ServerFolders[used]}, which stands to the right of {file.Folders[0]}");
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_design_note_has_the_order_this_test_holds()
        => Assert.Contains($"`{string.Join(" · ", ServerFolders)}`", SourceTree.Read("docs/design/0001-architecture.md"));

    [Fact]
    public void A_file_is_in_the_namespace_of_its_folder()
    {
        var wrong = SourceTree.Files("src")
            .Where(file => file.Folders.Count > 0 && file.Text.Contains("namespace "))
            .Where(file => !file.Text.Contains($"namespace Postern.{file.Project}.{string.Join('.', file.Folders)};"))
            .Select(file => file.Path);
        Assert.Empty(wrong);
    }

    [Fact]
    public void The_protocol_library_references_nothing()
    {
        var project = XDocument.Parse(SourceTree.Read("src/Protocol/Postern.Protocol.csproj"));
        Assert.DoesNotContain(project.Descendants(), element => element.Name.LocalName is "PackageReference" or "ProjectReference" or "FrameworkReference");
    }

    [Fact]
    public void Agent_and_client_do_not_know_the_gateway()
    {
        foreach (var name in new[] { "Client", "Agent", "Cli" })
            Assert.DoesNotContain("Postern.Server", SourceTree.Read($"src/{name}/Postern.{name}.csproj"));
    }

    [Fact]
    public void Event_ids_are_unique_and_stay_in_their_folders_block()
    {
        foreach (var project in SourceTree.Files("src").GroupBy(file => file.Project))
        {
            var events = project.SelectMany(file => EventId().Matches(file.Text).Select(match => (Id: int.Parse(match.Groups[1].Value), Folder: file.Folders.FirstOrDefault() ?? "", file.Path))).ToList();
            Assert.Empty(events.GroupBy(entry => entry.Id).Where(group => group.Count() > 1).Select(group => $"{group.Key}: {string.Join(", ", group.Select(entry => entry.Path))}"));
            Assert.Empty(events.GroupBy(entry => entry.Id / EventBlock).Where(group => group.Select(entry => entry.Folder).Distinct().Count() > 1)
                .Select(group => $"{project.Key}: events from {group.Key * EventBlock} are used by {string.Join(" and ", group.Select(entry => entry.Folder).Distinct())}"));
        }
    }

    [Fact]
    public void Files_stay_small()
        => Assert.Empty(SourceTree.Files("src").Where(file => file.Text.Count(c => c == '\n') > MaxLines).Select(file => file.Path));

    [Theory]
    [InlineData("Thread.Sleep(", "blocks a thread")]
    [InlineData("async void", "loses its exceptions")]
    [InlineData(".GetAwaiter().GetResult()", "blocks a thread on a task")]
    [InlineData("#region", "hides what should be a file of its own")]
    [InlineData("NotImplementedException", "is a promise, not code")]
    [InlineData("new TaskCompletionSource()", "runs continuations on the completer's thread")]
    public void Source_does_without(string text, string why)
    {
        var found = SourceTree.Files("src").Where(file => file.Text.Contains(text, StringComparison.Ordinal)).Select(file => file.Path).ToList();
        Assert.True(found.Count == 0, $"'{text}' {why}: {string.Join(", ", found)}");
    }

    [GeneratedRegex(@"Postern\.Server\.(Settings|Storage|Iam|Audit|Logs|Events|Api|Identity|Nodes|Documents|Sessions|Recordings|Gateway|CloudTrail|CloudWatchLogs|EventBridge|Hosting)\b")]
    private static partial Regex ServerNamespace();

    [GeneratedRegex(@"LoggerMessage\((?:EventId\s*=\s*)?(\d+)")]
    private static partial Regex EventId();
}
