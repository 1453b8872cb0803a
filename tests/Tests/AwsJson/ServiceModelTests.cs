using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Postern.Tests.AwsJson;

/// <summary>Our shapes against the service model that botocore (and so the AWS CLI) ships.</summary>
public sealed class ServiceModelTests
{
    // What only agents call is in no public model; wire.json holds those shapes.
    private static readonly string[] AgentsOwn =
        ["RegisterManagedInstance", "RequestManagedInstanceRoleToken", "UpdateInstanceInformation", "UpdateManagedInstancePublicKey", "ListInstanceAssociations"];

    [Fact]
    public async Task Members_and_types_are_those_of_the_model()
    {
        var path = await FindModelAsync();
        Assert.SkipWhen(path is null, "python3 with botocore is not installed, and with it the service model");
        using var model = await ReadAsync(path);
        var differences = new List<string>();
        foreach (var operation in AnyOperation.Ssm.Where(operation => !AgentsOwn.Contains(operation.Name)))
        {
            var theirs = model.RootElement.GetProperty("operations").GetProperty(operation.Name);
            Compare(operation.Request, ShapeOf(theirs, "input"), operation.Name + ".Request");
            Compare(operation.Response, ShapeOf(theirs, "output"), operation.Name + ".Response");
        }
        Assert.Empty(differences);
        Assert.Equal(("AmazonSSM", "1.1"), (Metadata("targetPrefix"), Metadata("jsonVersion")));

        string? Metadata(string name) => model.RootElement.GetProperty("metadata").GetProperty(name).GetString();

        static string? ShapeOf(JsonElement parent, string name) => parent.TryGetProperty(name, out var reference) ? reference.GetProperty("shape").GetString() : null;

        void Compare(JsonTypeInfo ours, string? shapeName, string where)
        {
            if (shapeName is null)
            {
                if (ours.Properties.Count > 0) differences.Add($"{where}: the model has no such shape");
                return;
            }
            var shape = model.RootElement.GetProperty("shapes").GetProperty(shapeName);
            var kind = KindOf(ours);
            if (kind != shape.GetProperty("type").GetString())
            {
                differences.Add($"{where}: {kind} here, {shape.GetProperty("type").GetString()} in the model");
                return;
            }
            if (kind == "list") Compare(ours.Options.GetTypeInfo(ours.ElementType!), ShapeOf(shape, "member"), where + "[]");
            if (kind == "map") Compare(ours.Options.GetTypeInfo(ours.ElementType!), ShapeOf(shape, "value"), where + "{}");
            if (kind != "structure") return;
            var members = shape.GetProperty("members");
            foreach (var member in ours.Properties)
            {
                if (members.TryGetProperty(member.Name, out var theirs))
                    Compare(ours.Options.GetTypeInfo(member.PropertyType), theirs.GetProperty("shape").GetString(), $"{where}.{member.Name}");
                else differences.Add($"{where}.{member.Name}: not in the model");
            }
            if (!shape.TryGetProperty("required", out var required)) return;
            foreach (var name in required.EnumerateArray().Select(name => name.GetString()))
                if (ours.Properties.All(member => member.Name != name)) differences.Add($"{where}.{name}: required by the model, missing here");
        }
    }

    private static string KindOf(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object => "structure",
        JsonTypeInfoKind.Enumerable => "list",
        JsonTypeInfoKind.Dictionary => "map",
        _ when type.Type == typeof(string) => "string",
        _ when type.Type == typeof(int) || type.Type == typeof(int?) => "integer",
        _ when type.Type == typeof(long) || type.Type == typeof(long?) => "long",
        _ when type.Type == typeof(bool) || type.Type == typeof(bool?) => "boolean",
        _ when type.Type == typeof(DateTimeOffset) || type.Type == typeof(DateTimeOffset?) => "timestamp",
        _ => type.Type.Name,
    };

    private static async Task<string?> FindModelAsync()
    {
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", ["-c", "import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), 'data', 'ssm', '2014-11-06'))"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            var folder = (await python.StandardOutput.ReadToEndAsync()).Trim();
            await python.WaitForExitAsync();
            return folder.Length == 0 ? null : new[] { "service-2.json.gz", "service-2.json" }.Select(file => Path.Combine(folder, file)).FirstOrDefault(File.Exists);
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null; // no python3
        }
    }

    private static async Task<JsonDocument> ReadAsync(string path)
    {
        await using var file = File.OpenRead(path);
        if (!path.EndsWith(".gz", StringComparison.Ordinal)) return await JsonDocument.ParseAsync(file);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        return await JsonDocument.ParseAsync(unpacked);
    }
}
