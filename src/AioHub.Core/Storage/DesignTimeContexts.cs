using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace AioHub.Core.Storage;

/// <summary>For <c>dotnet ef migrations add NAME --context SqliteHubContext</c>.</summary>
internal sealed class SqliteDesignTimeContext : IDesignTimeDbContextFactory<SqliteHubContext>
{
    public SqliteHubContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteHubContext>().UseSqlite("Data Source=design.db").Options);
}

/// <summary>For <c>dotnet ef migrations add NAME --context PostgresHubContext</c>.</summary>
internal sealed class PostgresDesignTimeContext : IDesignTimeDbContextFactory<PostgresHubContext>
{
    public PostgresHubContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<PostgresHubContext>().UseNpgsql("Host=localhost;Database=design").Options);
}
