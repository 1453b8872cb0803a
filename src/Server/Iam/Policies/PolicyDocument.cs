using System.Text;
using Postern.Server.Iam.Policies.Reading;

namespace Postern.Server.Iam.Policies;

/// <summary>A policy, checked. Never changes.</summary>
internal sealed class PolicyDocument
{
    /// <summary>The version that has policy variables.</summary>
    public const string CurrentVersion = "2012-10-17";

    /// <summary>What a document without a Version is.</summary>
    public const string FirstVersion = "2008-10-17";

    internal PolicyDocument(string json, PolicyUse use, string version, string? id, IReadOnlyList<Statement> statements)
        => (Json, Use, Version, Id, Statements) = (json, use, version, id, statements);

    /// <summary>As it was written.</summary>
    public string Json { get; }

    public PolicyUse Use { get; }

    public string Version { get; }

    public string? Id { get; }

    public IReadOnlyList<Statement> Statements { get; }

    /// <summary>Where a statement begins and where it ends, for people: lines and columns counted from one.</summary>
    public (TextPlace Start, TextPlace End) PlaceOf(Statement statement)
    {
        var position = new JsonPosition(Encoding.UTF8.GetBytes(Json));
        return (position.Place(statement.Bytes.Start), position.Place(statement.Bytes.End));
    }

    /// <exception cref="PolicyException">
    /// Anything the language does not define: unknown, misspelt, repeated or missing elements are refused, never passed over, for what is
    /// passed over might have been a denial.
    /// </exception>
    public static PolicyDocument Parse(string json, PolicyUse use) => DocumentReader.Read(json, use);
}
