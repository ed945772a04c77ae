using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace AioHub.Core.Storage.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class Rollups : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "log_blocks",
                columns: table => new
                {
                    Block = table.Column<long>(type: "bigint", nullable: false),
                    FirstAt = table.Column<long>(type: "bigint", nullable: false),
                    LastAt = table.Column<long>(type: "bigint", nullable: false),
                    Calls = table.Column<int>(type: "integer", nullable: false),
                    Marks = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_log_blocks", x => x.Block);
                });

            migrationBuilder.CreateTable(
                name: "rollup_marks",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false),
                    Through = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_rollup_marks", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "usage_names",
                columns: table => new
                {
                    Id = table.Column<int>(type: "integer", nullable: false),
                    Name = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_usage_names", x => x.Id);
                });

            migrationBuilder.CreateTable(
                name: "usage_sums",
                columns: table => new
                {
                    Facet = table.Column<int>(type: "integer", nullable: false),
                    OwnerId = table.Column<long>(type: "bigint", nullable: false),
                    At = table.Column<long>(type: "bigint", nullable: false),
                    KeyId = table.Column<long>(type: "bigint", nullable: false),
                    GroupNo = table.Column<int>(type: "integer", nullable: false),
                    ChannelNo = table.Column<int>(type: "integer", nullable: false),
                    ModelNo = table.Column<int>(type: "integer", nullable: false),
                    Calls = table.Column<long>(type: "bigint", nullable: false),
                    CallerErrors = table.Column<long>(type: "bigint", nullable: false),
                    UpstreamErrors = table.Column<long>(type: "bigint", nullable: false),
                    HubErrors = table.Column<long>(type: "bigint", nullable: false),
                    Cancelled = table.Column<long>(type: "bigint", nullable: false),
                    Attempts = table.Column<long>(type: "bigint", nullable: false),
                    FailedAttempts = table.Column<long>(type: "bigint", nullable: false),
                    InputTokens = table.Column<long>(type: "bigint", nullable: false),
                    CacheReadTokens = table.Column<long>(type: "bigint", nullable: false),
                    CacheWriteTokens = table.Column<long>(type: "bigint", nullable: false),
                    OutputTokens = table.Column<long>(type: "bigint", nullable: false),
                    ChargeNano = table.Column<long>(type: "bigint", nullable: false),
                    CostNano = table.Column<long>(type: "bigint", nullable: false),
                    LostNano = table.Column<long>(type: "bigint", nullable: false),
                    Times = table.Column<byte[]>(type: "bytea", nullable: false),
                    FirstBytes = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_usage_sums", x => new { x.Facet, x.OwnerId, x.At, x.KeyId, x.GroupNo, x.ChannelNo, x.ModelNo });
                });

            migrationBuilder.CreateIndex(
                name: "IX_usage_names_Name",
                table: "usage_names",
                column: "Name",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "log_blocks");

            migrationBuilder.DropTable(
                name: "rollup_marks");

            migrationBuilder.DropTable(
                name: "usage_names");

            migrationBuilder.DropTable(
                name: "usage_sums");
        }
    }
}
